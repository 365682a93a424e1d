"""The room “Where this number comes from”: the arithmetic behind one number, drawn with its figures."""
