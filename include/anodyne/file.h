/**
 * @file file.h
 * A file that appears whole or not at all.
 */
#ifndef ANODYNE_FILE_H
#define ANODYNE_FILE_H

#include <anodyne/status.h>

AN_BEGIN_DECLS

/** Temporary file in the same folder, fsync, rename, fsync of the folder: a reader sees
 *  the old file or the new one, complete.
 *  @retval AN_ERR_IO  the operating system refused; the old file is as it was */
AN_API an_status an_file_write(an_ctx *ctx, const char *path, const void *data,
                               size_t size);

AN_END_DECLS

#endif
