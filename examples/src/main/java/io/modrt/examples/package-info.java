/** The first program to run: loads modules, explains what it did, and tells two reports from the field. */
@NullMarked
package io.modrt.examples;

import org.jspecify.annotations.NullMarked;
