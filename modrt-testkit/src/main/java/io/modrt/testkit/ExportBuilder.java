package io.modrt.testkit;

import io.modrt.kernel.ExportKind;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** An export of a module that is being built; for everybody, without namespace and CRC unless said otherwise. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class ExportBuilder {
    private final String symbol;
    private String namespace = "";
    private ExportKind kind = ExportKind.PLAIN;
    private @Nullable Integer crc;

    ExportBuilder(String symbol) {
        this.symbol = symbol;
    }

    /** For modules with a compatible licence alone. */
    public ExportBuilder gplOnly() {
        return in(ExportKind.GPL);
    }

    /** In this table, one of {@link ExportKind#tables()}. */
    public ExportBuilder in(ExportKind table) {
        kind = table;
        return this;
    }

    /** For modules that import this namespace. */
    public ExportBuilder namespace(String name) {
        namespace = name;
        return this;
    }

    /** With the CRC of its type. */
    public ExportBuilder crc(int value) {
        crc = value;
        return this;
    }

    String symbol() {
        return symbol;
    }

    String namespaceName() {
        return namespace;
    }

    ExportKind kind() {
        return kind;
    }

    @Nullable
    Integer crcOrNull() {
        return crc;
    }
}
