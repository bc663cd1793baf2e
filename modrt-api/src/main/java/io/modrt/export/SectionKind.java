package io.modrt.export;

import io.modrt.elf.Section;

/** What a section holds, as the picture colours it. */
enum SectionKind {
    CODE("code", "code"),
    READ_ONLY("rodata", "read-only data"),
    DATA("data", "data"),
    ZEROS("zero", "zeros");

    private final String style;
    private final String words;

    SectionKind(String style, String words) {
        this.style = style;
        this.words = words;
    }

    static SectionKind of(Section section) {
        if (section.isExecutable()) {
            return CODE;
        }
        if (!section.isWritable()) {
            return READ_ONLY;
        }
        return section.hasContents() ? DATA : ZEROS;
    }

    /** The class in the style sheet. */
    String style() {
        return style;
    }

    String words() {
        return words;
    }
}
