package io.modrt.spi;

/** A row of a relocation table that is all data. */
public record PlainType(String name, int number, Formula formula, long bias, Field field, Fit fit)
        implements RelocationType {

    /** A row whose value is cut to the field. */
    static PlainType of(Formula formula, long bias, Field field) {
        return new PlainType("R_" + field.name(), 1, formula, bias, field, Fit.TRUNCATED);
    }

    @Override
    public String psabiName() {
        return name;
    }
}
