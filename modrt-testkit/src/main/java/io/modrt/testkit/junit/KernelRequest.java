package io.modrt.testkit.junit;

import io.modrt.kernel.KernelProfile;
import io.modrt.testkit.FakeKernel;
import org.junit.jupiter.api.extension.ParameterResolutionException;

/** Makes the kernel that an annotation describes. */
final class KernelRequest {
    private final ForKernel wanted;

    KernelRequest(ForKernel wanted) {
        this.wanted = wanted;
    }

    FakeKernel kernel() {
        FakeKernel.Builder builder = FakeKernel.builder();
        if (!wanted.value().isEmpty()) {
            builder.arch(wanted.value());
        }
        if (!wanted.vermagic().isEmpty()) {
            builder.profile(profile());
        } else if (wanted.config().length > 0) {
            throw new ParameterResolutionException(
                    "@ForKernel with config and an empty vermagic: a configuration needs a version");
        }
        for (String export : wanted.exports()) {
            String[] parts = parts(export, "exports", "printk=0x80100000");
            builder.exports(parts[0], number(export, parts[1]));
        }
        return wanted.madeUpSymbols() ? builder.madeUpSymbols().build() : builder.build();
    }

    private KernelProfile profile() {
        KernelProfile profile = KernelProfile.ofVermagic(wanted.vermagic());
        for (String option : wanted.config()) {
            String[] parts = parts(option, "config", "CONFIG_KALLSYMS=n");
            profile = profile.with(parts[0], !parts[1].equals("n"));
        }
        return profile;
    }

    private static String[] parts(String text, String attribute, String example) {
        int sign = text.indexOf('=');
        if (sign <= 0 || sign == text.length() - 1) {
            throw new ParameterResolutionException(
                    "@ForKernel: \"" + text + "\" in " + attribute + " is not of the form " + example);
        }
        return new String[] {text.substring(0, sign), text.substring(sign + 1)};
    }

    private static long number(String export, String text) {
        try {
            return text.startsWith("0x") ? Long.parseUnsignedLong(text.substring(2), 16) : Long.parseUnsignedLong(text);
        } catch (NumberFormatException e) {
            throw new ParameterResolutionException("@ForKernel: \"" + export + "\" in exports has no number", e);
        }
    }
}
