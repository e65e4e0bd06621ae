// Lets two folders change places, for which Swift's view of the C library has no name.
#ifndef ODDLINE_CEXCHANGE_H
#define ODDLINE_CEXCHANGE_H

/// Gives two files or folders on one file system each other's names, both at once (`renameat2` with `RENAME_EXCHANGE`).
/// @return 0, or -1 with `errno` set; EINVAL or ENOSYS where the file system cannot.
int ok_exchange(const char *one, const char *other);

#endif
