package io.modrt.conformance;

import java.nio.file.Path;

/** What runs a program. */
interface MipsMachine {

    /** The outcome of a program, or another number where it broke off; {@code folder} may keep files. */
    int run(MipsProgram program, Path folder);
}
