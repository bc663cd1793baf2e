package io.modrt.conformance;

import java.nio.file.Path;

/** A machine that runs programs. */
interface MipsMachine {

    /** Runs a program and returns its outcome, or another number if it broke off; files may go to {@code folder}. */
    int run(MipsProgram program, Path folder);
}
