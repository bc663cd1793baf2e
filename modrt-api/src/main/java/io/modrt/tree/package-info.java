/** What a system's modules are: a modules folder on any file system. */
@NullMarked
package io.modrt.tree;

import org.jspecify.annotations.NullMarked;
