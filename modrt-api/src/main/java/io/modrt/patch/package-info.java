/** Changes of a module's code after loading: single patches, and sites with the forms that they may take. */
@NullMarked
package io.modrt.patch;

import org.jspecify.annotations.NullMarked;
