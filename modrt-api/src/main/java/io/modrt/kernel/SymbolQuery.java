package io.modrt.kernel;

import io.modrt.bytes.ByteName;
import io.modrt.bytes.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * The names that a load looks up, as bytes of the file, and the symbols that sources have found for them. Names are numbered from 0; one is open
 * until a source answers it. Not safe for use by many threads.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class SymbolQuery {
    private static final int FEW = 16;
    private static final @Nullable KernelSymbol[] NO_ANSWERS = {};

    private final ByteName name = new ByteName();
    private int count;
    private byte[][] arrays;
    private int[] starts;
    private int[] lengths;
    private int[] hashes;
    private @Nullable KernelSymbol[] answers;

    /** A query without names. */
    public SymbolQuery() {
        this(FEW);
    }

    /** A query without names, with room for {@code names} of them; more can be added. */
    public SymbolQuery(int names) {
        arrays = new byte[names][];
        starts = new int[names];
        lengths = new int[names];
        hashes = new int[names];
        answers = new @Nullable KernelSymbol[names];
    }

    /** Adds the name in {@code strings} from {@code start} up to a NUL, which must be there. It is UTF-8, and not copied. */
    public void add(byte[] strings, int start) {
        add(name.moveTo(strings, start));
    }

    private void add(ByteName added) {
        if (count == starts.length) {
            int room = Math.max(FEW, 2 * count);
            arrays = Arrays.copyOf(arrays, room);
            starts = Arrays.copyOf(starts, room);
            lengths = Arrays.copyOf(lengths, room);
            hashes = Arrays.copyOf(hashes, room);
            answers = Arrays.copyOf(answers, room);
        }
        arrays[count] = added.array();
        starts[count] = added.start();
        lengths[count] = added.length();
        hashes[count++] = added.hashCode();
    }

    /** The number of names. */
    public int count() {
        return count;
    }

    /** A name, as a new String. */
    public String name(int number) {
        check(number);
        return new String(arrays[number], starts[number], lengths[number], StandardCharsets.UTF_8);
    }

    /** Whether no source has answered this name yet. */
    public boolean isOpen(int number) {
        check(number);
        return answers[number] == null;
    }

    /** What a source found for this name; empty while it is open. */
    public Optional<KernelSymbol> answer(int number) {
        check(number);
        return Optional.ofNullable(answers[number]);
    }

    /** The same; null while it is open. */
    public @Nullable KernelSymbol found(int number) {
        check(number);
        return answers[number];
    }

    /** Answers a name that is open. */
    public void answer(int number, KernelSymbol symbol) {
        if (!isOpen(number)) {
            throw new IllegalStateException(name(number) + " has been answered: " + answers[number]);
        }
        answers[number] = Objects.requireNonNull(symbol, "symbol");
    }

    /** Asks {@code source} for the names that are open, if there are any: for all at once if it is one of {@link BulkSymbols}. */
    public void ask(KernelSymbols source) {
        if (source instanceof BulkSymbols bulk) {
            if (isAnyOpen()) {
                bulk.answer(this);
            }
            return;
        }
        for (int i = 0; i < count; i++) {
            if (answers[i] == null) {
                answers[i] = source.find(name(i)).orElse(null);
            }
        }
    }

    private boolean isAnyOpen() {
        for (int i = 0; i < count; i++) {
            if (answers[i] == null) {
                return true;
            }
        }
        return false;
    }

    /** Asks {@code source}, and changes what it finds. */
    public void ask(KernelSymbols source, UnaryOperator<KernelSymbol> change) {
        @Nullable KernelSymbol[] before = isAnyAnswered() ? answers.clone() : NO_ANSWERS;
        ask(source);
        for (int i = 0; i < count; i++) {
            KernelSymbol found = answers[i];
            if (found != null && (before.length == 0 || before[i] == null)) {
                answers[i] = change.apply(found);
            }
        }
    }

    private boolean isAnyAnswered() {
        for (int i = 0; i < count; i++) {
            if (answers[i] != null) {
                return true;
            }
        }
        return false;
    }

    /** The hash of a name, as {@link ByteName#hashCode} has it. */
    int hash(int number) {
        return hashes[number];
    }

    /** Whether a name has the same bytes as {@code other[from, to)}. */
    boolean isAt(int number, byte[] other, int from, int to) {
        int length = lengths[number];
        if (to - from != length) {
            return false;
        }
        byte[] bytes = arrays[number];
        int start = starts[number];
        int done = 0;
        // why: names are short, and Arrays.equals costs more than this
        for (; done <= length - Long.BYTES; done += Long.BYTES) {
            if (Bytes.getLong(bytes, start + done, false) != Bytes.getLong(other, from + done, false)) {
                return false;
            }
        }
        for (; done < length; done++) {
            if (bytes[start + done] != other[from + done]) {
                return false;
            }
        }
        return true;
    }

    private void check(int number) {
        Objects.checkIndex(number, count);
    }
}
