package io.modrt.kernel;

import io.modrt.bytes.ByteName;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
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

    private final ByteName name = new ByteName();
    private int count;
    private byte[][] arrays = new byte[FEW][];
    private int[] starts = new int[FEW];
    private int[] lengths = new int[FEW];
    private int[] hashes = new int[FEW];
    private @Nullable KernelSymbol[] answers = new @Nullable KernelSymbol[FEW];

    /** A query without names. */
    public SymbolQuery() {}

    /** A query for the names of these symbols, in their order. */
    public static SymbolQuery of(List<KernelSymbol> symbols) {
        SymbolQuery query = new SymbolQuery();
        for (KernelSymbol symbol : symbols) {
            byte[] name = symbol.name().getBytes(StandardCharsets.UTF_8);
            query.add(name, 0, name.length);
        }
        return query;
    }

    /** Adds the name in {@code bytes[start, start + length)}, which is UTF-8. The array is not copied. */
    public void add(byte[] bytes, int start, int length) {
        Objects.checkFromIndexSize(start, length, bytes.length);
        if (count == starts.length) {
            int room = 2 * count;
            arrays = Arrays.copyOf(arrays, room);
            starts = Arrays.copyOf(starts, room);
            lengths = Arrays.copyOf(lengths, room);
            hashes = Arrays.copyOf(hashes, room);
            answers = Arrays.copyOf(answers, room);
        }
        name.moveTo(bytes, start, length);
        arrays[count] = name.array();
        starts[count] = name.start();
        lengths[count] = name.length();
        hashes[count++] = name.hashCode();
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

    /** Answers a name that is open. */
    public void answer(int number, KernelSymbol symbol) {
        if (!isOpen(number)) {
            throw new IllegalStateException(name(number) + " has been answered: " + answers[number]);
        }
        answers[number] = Objects.requireNonNull(symbol, "symbol");
    }

    /** Asks {@code source} for the names that are open: for all at once if it is one of {@link BulkSymbols}. */
    public void ask(KernelSymbols source) {
        if (source instanceof BulkSymbols bulk) {
            bulk.answer(this);
            return;
        }
        for (int i = 0; i < count; i++) {
            if (answers[i] == null) {
                answers[i] = source.find(name(i)).orElse(null);
            }
        }
    }

    /** Asks {@code source}, and changes what it finds. */
    public void ask(KernelSymbols source, UnaryOperator<KernelSymbol> change) {
        @Nullable KernelSymbol[] before = answers.clone();
        ask(source);
        for (int i = 0; i < count; i++) {
            KernelSymbol found = answers[i];
            if (found != null && before[i] == null) {
                answers[i] = change.apply(found);
            }
        }
    }

    /** The hash of a name, as {@link ByteName#hashCode} has it. */
    int hash(int number) {
        return hashes[number];
    }

    /** Whether a name has the same bytes as {@code other[from, to)}. */
    boolean isAt(int number, byte[] other, int from, int to) {
        int start = starts[number];
        return Arrays.equals(arrays[number], start, start + lengths[number], other, from, to);
    }

    private void check(int number) {
        Objects.checkIndex(number, count);
    }
}
