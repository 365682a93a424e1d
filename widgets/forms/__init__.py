"""Forms for declared types: fields, numbers, rows."""
