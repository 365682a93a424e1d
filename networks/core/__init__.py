"""What every wing speaks: messages, declared fields, constructor calls, shapes, files and downloads."""
