package io.modrt.examples;

import io.modrt.address.Address;
import io.modrt.memory.TargetMemory;
import io.modrt.spi.Stub;
import io.modrt.spi.StubTemplate;
import java.io.PrintStream;
import java.util.HexFormat;
import java.util.List;

/** Prints stubs word for word as they are in memory. */
final class StubReport {
    private final TargetMemory memory;
    private final PrintStream out;

    StubReport(TargetMemory memory, PrintStream out) {
        this.memory = memory;
        this.out = out;
    }

    void print(List<Stub> stubs) {
        Columns code = Columns.of("stub for", "address", "word", "code");
        for (Stub stub : stubs) {
            String symbol = stub.symbol();
            Address place = stub.address();
            for (StubTemplate.Piece word : stub.template().pieces()) {
                code.row(symbol, place, word(memory, place), word.assembly().replace("target", stub.symbol()));
                symbol = "";
                place = place.plus(Integer.BYTES);
            }
        }
        code.print(out);
    }

    /** The digits of a word in memory, in big-endian order like the kernels of these reports. */
    static String word(TargetMemory memory, Address place) {
        byte[] bytes = new byte[Integer.BYTES];
        memory.read(place, bytes, 0, bytes.length);
        return HexFormat.of().formatHex(bytes);
    }
}
