package io.modrt.engine.parameters;

import io.modrt.error.Errno;
import java.math.BigInteger;

/** Numbers in parameters: the kernel's {@code kstrtoull} and {@code kstrtobool}. */
final class Numbers {
    private static final int LONGEST = 80;

    private Numbers() {}

    /** Why a text is no value. */
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;

        private final Errno errno;
        private final String line;

        /** {@code line} is what the kernel logs; empty if it logs nothing of its own. */
        Refused(Errno errno, String line) {
            super(line);
            this.errno = errno;
            this.line = line;
        }

        Refused(Errno errno) {
            this(errno, "");
        }

        Errno errno() {
            return errno;
        }

        String line() {
            return line;
        }
    }

    /**
     * The number that a text says, in decimal, octal ({@code 0}) or hexadecimal ({@code 0x}) digits; one line feed may follow.
     *
     * @param bits of the variable
     * @param rangeErrno what a number answers that does not fit
     * @throws Refused with EINVAL if it is no number, with {@code rangeErrno} if it does not fit
     */
    static long parse(String text, int bits, boolean signed, Errno rangeErrno) throws Refused {
        boolean isNegative = signed && text.startsWith("-");
        String digits = isNegative || text.startsWith("+") ? text.substring(1) : text;
        int radix = 10;
        if (digits.startsWith("0")) {
            boolean isHex = digits.length() > 2
                    && (digits.charAt(1) | 0x20) == 'x'
                    && Character.digit(digits.charAt(2), 16) >= 0
                    && digits.charAt(2) < 0x7f;
            radix = isHex ? 16 : 8;
            digits = isHex ? digits.substring(2) : digits;
        }
        if (digits.endsWith("\n")) {
            digits = digits.substring(0, digits.length() - 1);
        }
        if (digits.isEmpty()) {
            throw new Refused(Errno.EINVAL);
        }
        for (int i = 0; i < digits.length(); i++) {
            if (digits.charAt(i) > 0x7e || Character.digit(digits.charAt(i), radix) < 0) {
                throw new Refused(Errno.EINVAL);
            }
        }
        String significant = digits.replaceFirst("^0+(?=.)", "");
        if (significant.length() > LONGEST) {
            throw new Refused(rangeErrno);
        }
        BigInteger value = new BigInteger(significant, radix);
        BigInteger most = BigInteger.ONE.shiftLeft(signed ? bits - 1 : bits);
        BigInteger limit = isNegative ? most.add(BigInteger.ONE) : most;
        if (value.compareTo(limit) >= 0) {
            throw new Refused(rangeErrno);
        }
        return isNegative ? value.negate().longValue() : value.longValue();
    }

    /**
     * Whether a text says yes or no.
     *
     * @param knowsOnAndOff whether {@code on} and {@code off} are known, too
     */
    static boolean truth(String text, boolean knowsOnAndOff) throws Refused {
        char first = text.isEmpty() ? 0 : text.charAt(0);
        switch (first) {
            case 'y', 'Y', '1' -> {
                return true;
            }
            case 'n', 'N', '0' -> {
                return false;
            }
            case 'o', 'O' -> {
                char second = text.length() < 2 ? 0 : text.charAt(1);
                if (knowsOnAndOff && (second == 'n' || second == 'N' || second == 'f' || second == 'F')) {
                    return second == 'n' || second == 'N';
                }
                throw new Refused(Errno.EINVAL);
            }
            default -> throw new Refused(Errno.EINVAL);
        }
    }
}
