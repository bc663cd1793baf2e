package io.modrt.module;

/**
 * What a compressed file holds.
 *
 * @param image all of its contents
 * @param firstBytes how many of them the file's first stream, member or frame has, with which a decompressor of the kernel stops
 * @param unreadBytes how many bytes behind the last stream are none, and were left out
 */
@SuppressWarnings("ArrayRecordComponent") // such records are never compared
record Unpacked(byte[] image, int firstBytes, int unreadBytes) {

    static Unpacked whole(byte[] image) {
        return new Unpacked(image, image.length, 0);
    }
}
