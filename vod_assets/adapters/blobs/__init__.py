"""Kinds of storage: disks and mounts, S3 and GCS, SMB, FTP."""
