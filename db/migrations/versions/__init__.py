"""One file a revision; `db.tables.REVISIONS` names them in order."""
