/**
 * Writes loaded modules for other programs: as a linked ELF file for debuggers, disassemblers and emulators, as raw regions with a map in
 * JSON, as a report of the load in JSON, and as a picture in one HTML page.
 *
 * <p>What is written is what the module's memory holds when it is loaded. Nothing here reads or changes the target's memory.
 */
@NullMarked
package io.modrt.export;

import org.jspecify.annotations.NullMarked;
