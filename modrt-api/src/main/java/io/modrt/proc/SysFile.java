package io.modrt.proc;

import org.apiguardian.api.API;

/**
 * A file below {@code /sys/module/NAME}.
 *
 * @param path its path there, for example {@code sections/.text}
 * @param text what a reader gets, with the line feed at its end; of a link, what it points to
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record SysFile(String path, String text) {}
