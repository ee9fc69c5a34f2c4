"""build_wheel.py VERSION TAG MODULE README FOLDER: write a wheel for one platform, without any tool but Python.

A wheel is a ZIP file (PyPA's binary distribution format 1.0). Times and modes are fixed: the same sources give the same
bytes.
"""

import base64
import hashlib
import os
import sys
import zipfile

version, tag, module, readme, folder = sys.argv[1:]
here = os.path.dirname(os.path.abspath(__file__))


def text_of(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


info = f"sqlite_mixture-{version}.dist-info"
files = {}
for name in ("__init__.py", "plugins.py"):
    files["sqlite_mixture/" + name] = text_of(os.path.join(here, "sqlite_mixture", name)).replace("@VERSION@", version).encode()
with open(module, "rb") as file:
    files["sqlite_mixture/" + os.path.basename(module)] = file.read()
files[info + "/METADATA"] = (
    "Metadata-Version: 2.1\n"
    "Name: sqlite-mixture\n"
    f"Version: {version}\n"
    "Summary: Finite mixture models in SQLite, fitted by expectation-maximization\n"
    "License: MIT\n"
    "Keywords: sqlite,mixture,clustering,gaussian,em\n"
    "Requires-Python: >=3.7\n"
    "Description-Content-Type: text/markdown\n\n" + text_of(readme)
).encode()
files[info + "/WHEEL"] = (
    "Wheel-Version: 1.0\nGenerator: build_wheel.py\nRoot-Is-Purelib: false\n" f"Tag: py3-none-{tag}\n"
).encode()
files[info + "/entry_points.txt"] = (
    b"[sqlite_utils]\nmixture = sqlite_mixture.plugins\n\n[datasette]\nmixture = sqlite_mixture.plugins\n"
)
files[info + "/LICENSE"] = text_of(os.path.join(here, "..", "..", "LICENSE")).encode()
record = ""
for name in sorted(files):
    digest = base64.urlsafe_b64encode(hashlib.sha256(files[name]).digest()).rstrip(b"=").decode()
    record += f"{name},sha256={digest},{len(files[name])}\n"
record += f"{info}/RECORD,,\n"

os.makedirs(folder, exist_ok=True)
path = os.path.join(folder, f"sqlite_mixture-{version}-py3-none-{tag}.whl")
with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as wheel:
    for name in sorted(files) + [info + "/RECORD"]:
        entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
        entry.external_attr = (0o100755 if name.endswith(".so") else 0o100644) << 16
        entry.compress_type = zipfile.ZIP_DEFLATED
        wheel.writestr(entry, files[name] if name in files else record.encode())
print(path)
