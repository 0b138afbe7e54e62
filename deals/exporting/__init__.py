"""Files out: what a page shows, as tables (`tables.py`), built by the module of its subject and written by three
writers that know nothing of deals (`xlsx.py`, `separated.py`, `notation.py`). See docs/decisions/0014-exports.md."""
