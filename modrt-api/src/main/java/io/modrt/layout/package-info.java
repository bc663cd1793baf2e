/** Where each section goes. */
@NullMarked
package io.modrt.layout;

import org.jspecify.annotations.NullMarked;
