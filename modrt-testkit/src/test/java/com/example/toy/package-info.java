/** A made-up machine, for what the guide {@code docs/add-an-architecture.md} shows of stubs, pairs and finishers. */
@NullMarked
package com.example.toy;

import org.jspecify.annotations.NullMarked;
