-- A picture in SQL: the rows of a table colored by component, each component's mean and its ellipses of probability
-- 0.5 and 0.95, as SVG. The result is one text; in your own session write it to a file by
--   SELECT writefile('picture.svg', svg) FROM picture;
-- Replace `point` (x, y), `model` (m) and the titles by your own.

CREATE TABLE faithful(eruptions REAL, waiting REAL);
.mode csv
.import --skip 1 ../examples/faithful/faithful.csv faithful
.mode list
.headers off

CREATE VIEW point AS SELECT eruptions AS x, waiting AS y FROM faithful;
CREATE TABLE model AS SELECT gmm_fit(x, y, 2) AS m FROM point;
CREATE VIEW title AS SELECT 'Old Faithful' AS title, 'eruption, minutes' AS x, 'waiting, minutes' AS y;

CREATE VIEW picture AS
WITH
-- A box around the rows and the ellipses, and ticks at the 1, 2 or 5 times 10^n that give four to nine of them.
ellipse AS MATERIALIZED (
  SELECT level.value AS level, e.component, e.i, e.x, e.y
    FROM json_each('[0.5,0.95]') level, model, mix_ellipses(m, level.value, 72) e),
extent AS MATERIALIZED (
  SELECT min(x) AS x0, max(x) AS x1, min(y) AS y0, max(y) AS y1
    FROM (SELECT x, y FROM point UNION ALL SELECT x, y FROM ellipse)),
step(dx, dy) AS MATERIALIZED (
  SELECT (SELECT min(s) FROM unit WHERE (x1 - x0) / s <= 9), (SELECT min(s) FROM unit WHERE (y1 - y0) / s <= 9)
    FROM extent),
unit(s) AS (SELECT m.value * pow(10, e.value) FROM generate_series(-12, 12) e, json_each('[1,2,5]') m),
box AS MATERIALIZED (
  SELECT floor(x0 / dx) * dx AS x0, ceil(x1 / dx) * dx AS x1, dx, floor(y0 / dy) * dy AS y0, ceil(y1 / dy) * dy AS y1, dy
    FROM extent, step),
-- Pixels: x from 60 to 620, y from 420 up to 40.
frame AS MATERIALIZED (SELECT x0, 560 / (x1 - x0) AS fx, y0, 380 / (y1 - y0) AS fy FROM box),
x_tick AS (SELECT x0 + i.value * dx AS v FROM box, generate_series(0, CAST(round((x1 - x0) / dx) AS INT)) i),
y_tick AS (SELECT y0 + i.value * dy AS v FROM box, generate_series(0, CAST(round((y1 - y0) / dy) AS INT)) i),
color(component, color) AS (VALUES (1, '#0072b2'), (2, '#d55e00'), (3, '#009e73'), (4, '#cc79a7'), (5, '#56b4e9')),
mark(layer, svg) AS (
  SELECT 1, printf('<path d="M%.1f 420V40" stroke="#ddd"/><text x="%.1f" y="436" text-anchor="middle">%g</text>',
                   60 + (v - x0) * fx, 60 + (v - x0) * fx, v) FROM x_tick, frame
  UNION ALL
  SELECT 1, printf('<path d="M60 %.1fH620" stroke="#ddd"/><text x="54" y="%.1f" text-anchor="end">%g</text>',
                   420 - (v - y0) * fy, 424 - (v - y0) * fy, v) FROM y_tick, frame
  UNION ALL
  SELECT 2, printf('<circle cx="%.1f" cy="%.1f" r="3" fill="%s" fill-opacity="0.6"/>',
                   60 + (p.x - x0) * fx, 420 - (p.y - y0) * fy, color)
    FROM point p, frame, model JOIN color ON component = mix_predict(m, p.x, p.y)
  UNION ALL
  SELECT 3, printf('<path d="M%sZ" fill="none" stroke="%s" stroke-width="1.5"/>', path, color)
    FROM (SELECT component, group_concat(printf('%.1f %.1f', 60 + (x - x0) * fx, 420 - (y - y0) * fy), 'L') AS path
            FROM ellipse, frame GROUP BY level, component)
    JOIN color USING (component)
  UNION ALL
  SELECT 4, printf('<path d="M%.1f %.1fm-6 0h12m-6 -6v12" stroke="#000" stroke-width="2"/>',
                   60 + ((mean ->> 0) - x0) * fx, 420 - ((mean ->> 1) - y0) * fy)
    FROM model, mix_components(m), frame
  UNION ALL
  SELECT 5, printf('<circle cx="%d" cy="24" r="4" fill="%s"/><text x="%d" y="28">%.0f %%</text>',
                   460 + 80 * (c.component - 1), color, 470 + 80 * (c.component - 1), 100 * weight)
    FROM model, mix_components(m) c JOIN color USING (component))
SELECT '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 480" font-family="sans-serif" font-size="12">' || char(10) ||
       '<rect width="640" height="480" fill="#fff"/>' || char(10) ||
       (SELECT group_concat(svg, char(10)) FROM (SELECT svg FROM mark ORDER BY layer)) || char(10) ||
       printf('<text x="60" y="28" font-size="15">%s</text>', title) ||
       printf('<text x="340" y="462" text-anchor="middle">%s</text>', x) ||
       printf('<text transform="translate(18 230) rotate(-90)" text-anchor="middle">%s</text>', y) || char(10) ||
       '</svg>' AS svg
  FROM title;

SELECT svg FROM picture;
