package io.modrt.kernel;

import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.Predicate;

/** The answers to yes-or-no questions that are the constants of an enum, each worked out once. Safe for use by many threads. */
final class Answers<Q extends Enum<Q>> {
    private static final int NO = 1;
    private static final int YES = 2;

    private final AtomicIntegerArray answers;
    private final Predicate<? super Q> worker;

    /** No answers yet; {@code worker} finds each the first time. */
    Answers(Class<Q> questions, Predicate<? super Q> worker) {
        this.answers = new AtomicIntegerArray(questions.getEnumConstants().length);
        this.worker = worker;
    }

    /** The answer to {@code question}. */
    boolean of(Q question) {
        int known = answers.getPlain(question.ordinal());
        if (known == 0) {
            known = worker.test(question) ? YES : NO;
            answers.setPlain(question.ordinal(), known);
        }
        return known == YES;
    }
}
