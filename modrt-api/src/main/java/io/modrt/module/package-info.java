/** What a module's file says. */
@NullMarked
package io.modrt.module;

import org.jspecify.annotations.NullMarked;
