package io.modrt.kernel;

import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.Predicate;

/** The answers to yes-or-no questions that are the constants of an enum, each worked out once. Safe for use by many threads. */
final class Answers<Q extends Enum<Q>> {
    private static final int NO = 1;
    private static final int YES = 2;

    private final AtomicIntegerArray answers;

    Answers(Class<Q> questions) {
        answers = new AtomicIntegerArray(questions.getEnumConstants().length);
    }

    /** The answer to {@code question}; {@code worker} finds it the first time. */
    boolean of(Q question, Predicate<? super Q> worker) {
        int known = answers.getPlain(question.ordinal());
        if (known == 0) {
            known = worker.test(question) ? YES : NO;
            answers.setPlain(question.ordinal(), known);
        }
        return known == YES;
    }
}
