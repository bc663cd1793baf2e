package io.modrt.bytes;

/**
 * What the names of a file may add up to. Names may share their ends, so that a table of strings of a few hundred kilobytes can hold
 * gigabytes of names; linkers make no such tables. The limit is twice the file's size and 64 KiB.
 */
public final class NameBudget {
    private static final int TIMES = 2;
    private static final int FREE_BYTES = 64 << 10;

    private final long most;
    private long taken;

    /** The budget of a file of this size. */
    public NameBudget(int fileBytes) {
        this.most = (long) TIMES * fileBytes + FREE_BYTES;
    }

    /** The longest string of which {@code count} names stay within the budget. */
    public long longest(int count) {
        return most / Math.max(1, count);
    }

    /** Adds a name; false if that is too much. */
    public boolean take(int nameBytes) {
        taken += nameBytes;
        return taken <= most;
    }

    /** The message if it is too much. */
    public String exceeded(String whose) {
        return "the names of its " + whose + " add up to more than " + most + " bytes, for a file of "
                + (most - FREE_BYTES) / TIMES;
    }
}
