/* covariance_steps.c: covariances S_c = volume_c * D_c A_c D_c' with shape A_c diagonal, |A_c| = 1, and
** orientation D_c orthogonal; a code says of volume, shape and orientation in turn whether they are Equal or
** Variable (orientation I: along the axes).
**
** Each maximizes sum_c -(n_c ln|S_c| + tr(W_c S_c^-1)) / 2. Closed forms and alternating steps: Celeux &
** Govaert, Pattern Recognition 28 (1995) 781, the section named with each; shared orientations: there and
** Browne & McNicholas, Advances in Data Analysis and Classification 8 (2014) 217, here by rotations of pairs of
** axes. n = sum n_c.
**
** Alternating steps end when no volume moves by more than TOLERANCE of itself: a ratio, so that units do not
** matter. */
#include "covariance_steps.h"

#include <math.h>
#include <string.h>

#include "linalg.h"

#define TOLERANCE 1e-13
enum { MOST_STEPS = 500 };

size_t mix_covariance_steps_scratch(size_t k, size_t d) {
    return k * (d + 2) + 4 * d * d + 2 * d;
}

static double *matrix_of(const mix_scatter *scatter, size_t c) {
    return scatter->matrices + c * scatter->d * scatter->d;
}

static bool scatter_is_over(mix_scatter *scatter, double work) {
    return mix_turns_over(&scatter->turns, work);
}

static double total_count(const mix_scatter *scatter) {
    double n = 0;
    for (size_t c = 0; c < scatter->k; c++) {
        n += scatter->counts[c];
    }
    return n;
}

/* ---- Diagonals --------------------------------------------------------------------------------------- */

/* Geometric mean of d positive numbers: |diag|^(1/d). */
static double geometric_mean(const double *values, size_t d, size_t stride) {
    double sum = 0;
    for (size_t j = 0; j < d; j++) {
        sum += log(values[j * stride]);
    }
    return exp(sum / (double)d);
}

/* Raise the entries of a diagonal that are below the floor. */
static void raise_variance(double *values, size_t d, size_t stride, double least) {
    for (size_t j = 0; j < d; j++) {
        values[j * stride] = values[j * stride] >= least ? values[j * stride] : least;
    }
}

/* Everything off the diagonal 0. */
static void clear_off_diagonal(double *matrix, size_t d) {
    for (size_t i = 0; i < d * d; i++) {
        matrix[i] = i % (d + 1) == 0 ? matrix[i] : 0;
    }
}

/* Volumes and a shape common to all from each component's own d values w_cj along its axes, by alternation (VEI,
** section 3.2; VEV, 4.2):
**     volume_c = sum_j w_cj / a_j / (d n_c),    a_j = sum_c w_cj / volume_c, scaled to product 1.
** values: w_c, k times d. The variances volume_c a_j go to the same place. */
static void equal_shape(mix_scatter *scatter, double *values, double *shape, double *volume) {
    size_t k = scatter->k, d = scatter->d;
    double n = total_count(scatter);
    for (size_t c = 0; c < k; c++) {
        double sum = 0;
        for (size_t j = 0; j < d; j++) {
            sum += values[c * d + j];
        }
        volume[c] = fmax(sum / ((double)d * scatter->counts[c]), scatter->least);
    }
    for (int step = 0; step < MOST_STEPS && !scatter_is_over(scatter, 10 * (double)k * (double)d); step++) {
        bool moved = false;
        for (size_t j = 0; j < d; j++) {
            shape[j] = 0;
            for (size_t c = 0; c < k; c++) {
                shape[j] += values[c * d + j] / volume[c];
            }
        }
        /* Keeps the product away from 0; variances differ by 1e14 where units differ by 1e7. */
        double most = 0;
        for (size_t j = 0; j < d; j++) {
            most = fmax(most, shape[j]);
        }
        raise_variance(shape, d, 1, most > 0 ? 1e-28 * most : n * scatter->least);
        double mean = geometric_mean(shape, d, 1);
        for (size_t j = 0; j < d; j++) {
            shape[j] /= mean;
        }
        for (size_t c = 0; c < k; c++) {
            double sum = 0;
            for (size_t j = 0; j < d; j++) {
                sum += values[c * d + j] / shape[j];
            }
            double next = sum / ((double)d * scatter->counts[c]);
            next = next >= scatter->least * 1e-6 ? next : scatter->least;
            moved = moved || fabs(next - volume[c]) > TOLERANCE * volume[c];
            volume[c] = next;
        }
        if (!moved) {
            break;
        }
    }
    for (size_t c = 0; c < k; c++) {
        double *own = values + c * d;
        for (size_t j = 0; j < d; j++) {
            own[j] = volume[c] * shape[j];
        }
        raise_variance(own, d, 1, scatter->least);
    }
}

/* VEI (3.2): equal shape along the axes. */
void mix_covariance_steps_vei(mix_scatter *scatter) {
    size_t k = scatter->k, d = scatter->d;
    double *values = scatter->scratch, *shape = values + k * d, *volume = shape + d;
    for (size_t c = 0; c < k; c++) {
        for (size_t j = 0; j < d; j++) {
            values[c * d + j] = matrix_of(scatter, c)[j * d + j];
        }
    }
    equal_shape(scatter, values, shape, volume);
    for (size_t c = 0; c < k; c++) {
        clear_off_diagonal(matrix_of(scatter, c), d);
        for (size_t j = 0; j < d; j++) {
            matrix_of(scatter, c)[j * d + j] = values[c * d + j];
        }
    }
}

/* EVI (3.3): volume = sum_c |diag W_c|^(1/d) / n, shape of each diag W_c. */
void mix_covariance_steps_evi(mix_scatter *scatter) {
    size_t k = scatter->k, d = scatter->d;
    double volume = 0;
    for (size_t c = 0; c < k; c++) {
        double *matrix = matrix_of(scatter, c);
        clear_off_diagonal(matrix, d);
        raise_variance(matrix, d, d + 1, scatter->counts[c] * scatter->least);
        volume += geometric_mean(matrix, d, d + 1) / total_count(scatter);
    }
    for (size_t c = 0; c < k; c++) {
        double *matrix = matrix_of(scatter, c);
        double own = geometric_mean(matrix, d, d + 1);
        for (size_t j = 0; j < d; j++) {
            matrix[j * d + j] *= volume / own;
        }
    }
}

/* ---- Own orientations ----------------------------------------------------------------------------------- */

void mix_covariance_steps_eigen(const mix_scatter *scatter, const double *matrix, double *values, double *vectors,
                                double *work) {
    size_t d = scatter->d;
    memcpy(work, matrix, d * d * sizeof(double));
    mix_linalg_eigen_until(d, work, values, vectors, scatter->turns.cancel);
    for (size_t p = 0; p < d; p++) {
        size_t top = p;
        for (size_t q = p + 1; q < d; q++) {
            top = values[q] > values[top] ? q : top;
        }
        double value = values[p];
        values[p] = values[top];
        values[top] = value;
        for (size_t i = 0; i < d && top != p; i++) {
            double entry = vectors[i * d + p];
            vectors[i * d + p] = vectors[i * d + top];
            vectors[i * d + top] = entry;
        }
    }
}

/* matrix = V diag(values) V' */
static void compose(mix_scatter *scatter, const double *values, const double *vectors, double *matrix) {
    size_t d = scatter->d;
    for (size_t i = 0; i < d && !scatter_is_over(scatter, 3 * (double)i * (double)d); i++) {
        for (size_t j = 0; j <= i; j++) {
            double sum = 0;
            for (size_t p = 0; p < d; p++) {
                sum += vectors[i * d + p] * values[p] * vectors[j * d + p];
            }
            matrix[i * d + j] = matrix[j * d + i] = sum;
        }
    }
}

/* Eigenvalues (k times d) and eigenvectors (in place of the matrices) of all components. */
static void decompose(mix_scatter *scatter, double *values, double *work) {
    size_t d = scatter->d;
    for (size_t c = 0; c < scatter->k; c++) {
        double *vectors = work + d * d;
        mix_covariance_steps_eigen(scatter, matrix_of(scatter, c), values + c * d, vectors, work);
        memcpy(matrix_of(scatter, c), vectors, d * d * sizeof(double));
        for (size_t j = 0; j < d; j++) {
            values[c * d + j] = fmax(values[c * d + j], 0);
        }
    }
}

static void recompose(mix_scatter *scatter, const double *values, double *work) {
    size_t d = scatter->d;
    for (size_t c = 0; c < scatter->k; c++) {
        memcpy(work, matrix_of(scatter, c), d * d * sizeof(double));
        compose(scatter, values + c * d, work, matrix_of(scatter, c));
    }
}

/* EEV (4.3): with W_c = L_c O_c L_c', eigenvalues falling, S_c = L_c (sum O_c / n) L_c'. */
void mix_covariance_steps_eev(mix_scatter *scatter) {
    size_t k = scatter->k, d = scatter->d;
    double *values = scatter->scratch, *work = values + k * d, n = total_count(scatter);
    decompose(scatter, values, work);
    for (size_t j = 0; j < d; j++) {
        double sum = 0;
        for (size_t c = 0; c < k; c++) {
            sum += values[c * d + j];
        }
        for (size_t c = 0; c < k; c++) {
            values[c * d + j] = fmax(sum / n, scatter->least);
        }
    }
    recompose(scatter, values, work);
}

/* VEV (4.2): as VEI along each component's own axes, L_c. */
void mix_covariance_steps_vev(mix_scatter *scatter) {
    size_t k = scatter->k, d = scatter->d;
    double *values = scatter->scratch, *shape = values + k * d, *volume = shape + d, *work = volume + k;
    decompose(scatter, values, work);
    equal_shape(scatter, values, shape, volume);
    recompose(scatter, values, work);
}

/* EVV: volume = sum_c |W_c|^(1/d) / n, S_c = volume W_c / |W_c|^(1/d). */
void mix_covariance_steps_evv(mix_scatter *scatter) {
    size_t k = scatter->k, d = scatter->d;
    double *values = scatter->scratch, *work = values + k * d, volume = 0, n = total_count(scatter);
    decompose(scatter, values, work);
    for (size_t c = 0; c < k; c++) {
        raise_variance(values + c * d, d, 1, scatter->counts[c] * scatter->least);
        volume += geometric_mean(values + c * d, d, 1) / n;
    }
    for (size_t c = 0; c < k; c++) {
        double own = geometric_mean(values + c * d, d, 1);
        for (size_t j = 0; j < d; j++) {
            values[c * d + j] *= volume / own;
        }
    }
    recompose(scatter, values, work);
}

/* ---- One shape and orientation, own volumes ----------------------------------------------------------------- */

/* Scale a positive definite matrix to determinant 1, and invert it. A hair of its mean variance on the
** diagonal, far thinner than anything real, keeps it so. factor: packed. False when nothing is left of it. */
static bool unit_inverse(mix_scatter *scatter, double *matrix, double *factor, double *inverse) {
    const mix_cancel *cancel = scatter->turns.cancel;
    size_t d = scatter->d;
    double trace = 0, log_det = 0;
    for (size_t j = 0; j < d; j++) {
        trace += matrix[j * d + j];
    }
    for (size_t j = 0; j < d; j++) {
        matrix[j * d + j] += 1e-14 * trace / (double)d;
    }
    if (!(trace > 0) || !mix_linalg_cholesky_until(d, matrix, 0, factor, cancel)) {
        return false;
    }
    for (size_t j = 0; j < d; j++) {
        log_det += 2 * log(factor[mix_linalg_at(j, j)]);
    }
    double unit = exp(log_det / (double)d);
    mix_linalg_invert_until(d, factor, factor, cancel);
    for (size_t i = 0; i < d && !scatter_is_over(scatter, 5 * (double)i * (double)(d - i)); i++) {
        for (size_t j = 0; j <= i; j++) {
            double sum = 0; /* of F' F */
            for (size_t p = i; p < d; p++) {
                sum += factor[mix_linalg_at(p, i)] * factor[mix_linalg_at(p, j)];
            }
            inverse[i * d + j] = inverse[j * d + i] = unit * sum;
        }
    }
    for (size_t i = 0; i < d * d; i++) {
        matrix[i] /= unit;
    }
    return true;
}

/* One alternation of VEE: the common matrix from the volumes, then the volumes from it; whether any moved. */
static bool alternate_vee(mix_scatter *scatter, double *volume, double *common, double *factor, double *inverse) {
    size_t k = scatter->k, d = scatter->d;
    bool moved = false;
    memset(common, 0, d * d * sizeof(double));
    for (size_t c = 0; c < k; c++) {
        for (size_t i = 0; i < d * d; i++) {
            common[i] += matrix_of(scatter, c)[i] / volume[c];
        }
    }
    if (!unit_inverse(scatter, common, factor, inverse)) {
        for (size_t i = 0; i < d * d; i++) {
            common[i] = inverse[i] = i % (d + 1) == 0;
        }
    }
    for (size_t c = 0; c < k; c++) {
        double trace = 0;
        for (size_t i = 0; i < d * d; i++) {
            trace += matrix_of(scatter, c)[i] * inverse[i];
        }
        double next = trace / ((double)d * scatter->counts[c]);
        next = next >= scatter->least * 1e-6 ? next : scatter->least;
        moved = moved || fabs(next - volume[c]) > TOLERANCE * volume[c];
        volume[c] = next;
    }
    return moved;
}

/* VEE (3.5): S_c = volume_c C, |C| = 1, by alternation: volume_c = tr(W_c C^-1) / (d n_c), C = sum_c W_c /
** volume_c scaled. */
void mix_covariance_steps_vee(mix_scatter *scatter) {
    size_t k = scatter->k, d = scatter->d;
    double *common = scatter->scratch, *inverse = common + d * d, *work = inverse + d * d, *volume = work + d * d;
    for (size_t c = 0; c < k; c++) {
        double trace = 0;
        for (size_t j = 0; j < d; j++) {
            trace += matrix_of(scatter, c)[j * d + j];
        }
        volume[c] = fmax(trace / ((double)d * scatter->counts[c]), scatter->least);
    }
    double pass = 4 * (double)k * (double)d * (double)d;
    for (int step = 0; step < MOST_STEPS && !scatter_is_over(scatter, pass) &&
                       alternate_vee(scatter, volume, common, work, inverse);
         step++) {
    }
    for (size_t c = 0; c < k; c++) {
        for (size_t i = 0; i < d * d; i++) {
            matrix_of(scatter, c)[i] = volume[c] * common[i];
        }
    }
}

/* ---- One orientation, own shapes --------------------------------------------------------------------------- */

/* Axes turned by less than this stand still: the likelihood is flat to the square of it. */
#define STILL 1e-8
enum {
    MOST_SWEEPS = 6,  /* over all pairs of axes; the next M-step goes on where this one ends */
    TRIED_SWEEPS = 2, /* from each place where the search may begin, */
    JACOBI_SWEEPS = 6 /* and to get there */
};

/* A symmetric matrix after axes p and q were turned. */
static void turn_scatter(double *t, size_t d, size_t p, size_t q, double cosine, double sine) {
    double *row = t + p * d, *other = t + q * d;
    double pp = row[p], qq = other[q], pq = row[q];
    for (size_t i = 0; i < d; i++) {
        double u = row[i], v = other[i];
        row[i] = t[i * d + p] = cosine * u + sine * v;
        other[i] = t[i * d + q] = cosine * v - sine * u;
    }
    row[p] = cosine * cosine * pp + 2 * cosine * sine * pq + sine * sine * qq;
    other[q] = sine * sine * pp - 2 * cosine * sine * pq + cosine * cosine * qq;
    row[q] = other[p] = (cosine * cosine - sine * sine) * pq + cosine * sine * (qq - pp);
}

/* Axes p and q of the common orientation, and with them all scatters. */
static void turn_pair(mix_scatter *scatter, double *orientation, size_t p, size_t q, double cosine, double sine) {
    size_t d = scatter->d;
    for (size_t i = 0; i < d; i++) {
        double u = orientation[i * d + p], v = orientation[i * d + q];
        orientation[i * d + p] = cosine * u + sine * v;
        orientation[i * d + q] = cosine * v - sine * u;
    }
    for (size_t c = 0; c < scatter->k; c++) {
        turn_scatter(matrix_of(scatter, c), d, p, q, cosine, sine);
    }
}

/* Turn axes p and q of the common orientation D so that sum_c u_c sum_j t_c,jj / v_cj is least, all else held;
** t_c = D' W_c D, and v_c are the components' variances along the axes. With the turn by an angle, the sum is a
** constant plus X cos(2 angle) + Y sin(2 angle). Both D and the t_c (in place of the W_c) are turned. Returns
** |sin(angle)|.
**
** As v_cj = t_c,jj / n_c before and after each turn, this is the algorithm of Flury & Gautschi, SIAM Journal on
** Scientific and Statistical Computing 7 (1986) 169, for u_c = 1, own volumes. For equal volumes u_c is the
** geometric mean of v_c: by the inequality of the means no turn raises sum_c n_c u_c, which is the volume times
** n. */
static double turn_axes(mix_scatter *scatter, const double *variances, const double *log_products,
                        double *orientation, size_t p, size_t q) {
    size_t k = scatter->k, d = scatter->d;
    double x = 0, y = 0;
    for (size_t c = 0; c < k; c++) {
        const double *t = matrix_of(scatter, c);
        double share = log_products != NULL ? exp(log_products[c] / (double)d) : 1;
        double weight = share * (1 / variances[c * d + p] - 1 / variances[c * d + q]);
        x += weight * (t[p * d + p] - t[q * d + q]) / 2;
        y += weight * t[p * d + q];
    }
    if (x == 0 && y == 0) {
        return 0;
    }
    double angle = 0.5 * atan2(-y, -x);
    double cosine = cos(angle), sine = sin(angle);
    if (fabs(sine) < 0.01 * STILL) {
        return 0;
    }
    turn_pair(scatter, orientation, p, q, cosine, sine);
    return fabs(sine);
}

/* The variances along two axes after they were turned, and the logarithms of the products of all of a
** component's. */
static void measure_axes(mix_scatter *scatter, double *variances, double *log_products, size_t p, size_t q) {
    size_t d = scatter->d;
    for (size_t c = 0; c < scatter->k; c++) {
        const double *t = matrix_of(scatter, c);
        double *first = &variances[c * d + p], *second = &variances[c * d + q], before = *first * *second;
        *first = fmax(t[p * d + p] / scatter->counts[c], scatter->least);
        *second = fmax(t[q * d + q] / scatter->counts[c], scatter->least);
        if (log_products != NULL) {
            log_products[c] += log(*first * *second / before);
        }
    }
}

/* The components' variances along the common axes: diag(t_c) / n_c. */
static void axis_variances(mix_scatter *scatter, double *variances) {
    size_t d = scatter->d;
    for (size_t c = 0; c < scatter->k; c++) {
        double *own = variances + c * d;
        for (size_t j = 0; j < d; j++) {
            own[j] = matrix_of(scatter, c)[j * d + j] / scatter->counts[c];
        }
        raise_variance(own, d, 1, scatter->least);
    }
}

/* Scale each component's variances to the same product, that of the mean volume. */
static void equal_volumes(mix_scatter *scatter, double *variances) {
    size_t k = scatter->k, d = scatter->d;
    double volume = 0, n = total_count(scatter);
    for (size_t c = 0; c < k; c++) {
        volume += scatter->counts[c] * geometric_mean(variances + c * d, d, 1) / n;
    }
    for (size_t c = 0; c < k; c++) {
        double *own = variances + c * d, mean = geometric_mean(own, d, 1);
        for (size_t j = 0; j < d; j++) {
            own[j] *= volume / mean;
        }
    }
}

/* All scatters as seen along the axes: D' W_c D. work: 2 d * d. */
static void turn_scatters(mix_scatter *scatter, const double *orientation, double *work) {
    size_t d = scatter->d;
    double *turned = work + d * d;
    double row = 5 * (double)d * (double)d;
    for (size_t c = 0; c < scatter->k; c++) {
        double *w = matrix_of(scatter, c);
        for (size_t i = 0; i < d && !scatter_is_over(scatter, row); i++) {
            for (size_t j = 0; j < d; j++) {
                double sum = 0;
                for (size_t p = 0; p < d; p++) {
                    sum += w[i * d + p] * orientation[p * d + j];
                }
                work[i * d + j] = sum;
            }
        }
        for (size_t i = 0; i < d && !scatter_is_over(scatter, row); i++) {
            for (size_t j = 0; j < d; j++) {
                double sum = 0;
                for (size_t p = 0; p < d; p++) {
                    sum += orientation[p * d + i] * work[p * d + j];
                }
                turned[i * d + j] = sum;
            }
        }
        memcpy(w, turned, d * d * sizeof(double));
    }
}

/* Where a search for the common orientation is. */
typedef struct axis_search {
    double *variances, *orientation, *log_products; /* log_products: of equal volumes; else NULL */
} axis_search;

/* Turn pairs of axes until all stand still, for at most so many sweeps over all of them. */
static void turn_all_axes(mix_scatter *scatter, const axis_search *search, int sweeps) {
    size_t k = scatter->k, d = scatter->d;
    axis_variances(scatter, search->variances);
    for (size_t c = 0; c < k && search->log_products != NULL; c++) {
        search->log_products[c] = (double)d * log(geometric_mean(search->variances + c * d, d, 1));
    }
    double most = 1;
    for (int sweep = 0; sweep < sweeps && most > STILL; sweep++) {
        most = 0;
        for (size_t p = 0; p + 1 < d; p++) {
            for (size_t q = p + 1; q < d && !scatter_is_over(scatter, 20 * (double)(k * d)); q++) {
                most = fmax(
                    most, turn_axes(scatter, search->variances, search->log_products, search->orientation, p, q));
                measure_axes(scatter, search->variances, search->log_products, p, q);
            }
        }
    }
}

/* What the search makes small. */
static double axes_target(mix_scatter *scatter, const axis_search *search) {
    double target = 0;
    axis_variances(scatter, search->variances);
    for (size_t c = 0; c < scatter->k; c++) {
        double mean = geometric_mean(search->variances + c * scatter->d, scatter->d, 1);
        target += scatter->counts[c] * (search->log_products != NULL ? mean : log(mean));
    }
    return target;
}

/* Turn all axes to the eigenvectors of component c, by Jacobi's rotations. */
static void turn_to_component(mix_scatter *scatter, const axis_search *search, size_t c) {
    size_t d = scatter->d;
    const double *own = matrix_of(scatter, c);
    for (int sweep = 0; sweep < JACOBI_SWEEPS; sweep++) {
        for (size_t p = 0; p + 1 < d; p++) {
            for (size_t q = p + 1; q < d && !scatter_is_over(scatter, 20 * (double)(scatter->k * d)); q++) {
                double angle = 0.5 * atan2(2 * own[p * d + q], own[p * d + p] - own[q * d + q]);
                turn_pair(scatter, search->orientation, p, q, cos(angle), sin(angle));
            }
        }
    }
}

/* Begin where one of these leads, after a few sweeps, to the best: the axes at hand, or each component's own.
** work: 3 d * d. */
static void choose_axes(mix_scatter *scatter, const axis_search *search, double *work) {
    size_t k = scatter->k, d = scatter->d, best = 0;
    double *back = work + 2 * d * d, least = 0;
    for (size_t start = 0; start <= k; start++) {
        if (start > 0) {
            turn_to_component(scatter, search, start - 1);
        }
        turn_all_axes(scatter, search, TRIED_SWEEPS);
        double target = axes_target(scatter, search);
        if (start == 0 || target < least - 1e-9 * fabs(least)) {
            least = target;
            best = start;
        }
    }
    if (best > 0) {
        turn_to_component(scatter, search, best - 1);
        return;
    }
    for (size_t i = 0; i < d * d; i++) {
        back[i] = search->orientation[i % d * d + i / d];
    }
    turn_scatters(scatter, back, work);
    for (size_t i = 0; i < d * d; i++) {
        search->orientation[i] = i % (d + 1) == 0;
    }
}

/* The search begins at the axes of the model before, so that it ends where it did when nothing has changed;
** without one before, which is for a partition of the rows, at several places. */
static void equal_orientation(mix_scatter *scatter, bool equal_volume) {
    size_t k = scatter->k, d = scatter->d;
    double *values = scatter->scratch + k * d + d * d, *work = values + d;
    const axis_search search = {scatter->scratch, scatter->scratch + k * d,
                                equal_volume ? work + 3 * d * d : NULL};
    mix_covariance_steps_eigen(scatter, scatter->before, values, search.orientation, work);
    turn_scatters(scatter, search.orientation, work);
    if (!(values[0] > 0)) {
        choose_axes(scatter, &search, work);
    }
    turn_all_axes(scatter, &search, MOST_SWEEPS);
    axis_variances(scatter, search.variances);
    if (equal_volume) {
        equal_volumes(scatter, search.variances);
    }
    for (size_t c = 0; c < k; c++) {
        compose(scatter, search.variances + c * d, search.orientation, matrix_of(scatter, c));
    }
}

void mix_covariance_steps_eve(mix_scatter *scatter) {
    equal_orientation(scatter, true);
}

void mix_covariance_steps_vve(mix_scatter *scatter) {
    equal_orientation(scatter, false);
}

const double *mix_covariance_steps_axes(const mix_scatter *scatter) {
    return scatter->scratch + scatter->k * scatter->d; /* after the variances */
}
