package io.modrt.module;

import java.io.IOException;

/** Contents grow past their limit. */
final class TooLongException extends IOException {
    private static final long serialVersionUID = 1L;

    TooLongException() {}

    TooLongException(Throwable decodersFailure) {
        super(decodersFailure);
    }
}
