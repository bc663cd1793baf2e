/**
 * Reads the Markdown pages of this repository, checks their links, and makes one HTML site of them and the Javadoc.
 *
 * <p>{@link io.modrt.site.BuildSite} is the program. The tests of this package check the same links and run the pages' programs.
 */
@NullMarked
package io.modrt.site;

import org.jspecify.annotations.NullMarked;
