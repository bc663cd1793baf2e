package io.modrt.image;

import io.modrt.verify.VerificationResult;
import java.util.List;
import org.apiguardian.api.API;

/**
 * What was found of the kernel itself.
 *
 * @param verification each word of its code and its constants with its reason
 * @param findings what is wrong with it
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record KernelResult(VerificationResult verification, List<Finding> findings) {

    /** Copies the list. */
    public KernelResult {
        findings = List.copyOf(findings);
    }

    /** Whether nothing is wrong with what could be read of it. */
    public boolean isClean() {
        return verification.isClean() && findings.stream().noneMatch(Finding::isAlarm);
    }

    /** One line about all words, then what was found, a line each. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(verification.toString());
        findings.forEach(finding -> text.append('\n').append(finding));
        return text.toString();
    }
}
