/** 32-bit x86, the architecture that {@code docs/add-an-architecture.md} makes step by step. */
@NullMarked
package com.example.i386;

import org.jspecify.annotations.NullMarked;
