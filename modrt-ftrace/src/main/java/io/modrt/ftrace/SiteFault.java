package io.modrt.ftrace;

import io.modrt.address.Address;
import io.modrt.error.Errno;
import io.modrt.error.PatchException;
import io.modrt.error.PatchException.Mismatch;
import io.modrt.error.Refusal;
import io.modrt.spi.SiteKind;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;

/** The exceptions for what can go wrong at a site, each with the line that the kernel's {@code ftrace_bug} logs for it. */
final class SiteFault {

    private SiteFault() {}

    private static String where(ModuleSites sites, int site) {
        return sites.module().name() + ": " + sites.place(site) + " at " + Address.of(sites.address(site));
    }

    /** The line of {@code ftrace_bug} that names the site. */
    private static String logged(String what, ModuleSites sites, int site) {
        return what + " [<" + Long.toHexString(sites.address(site)) + ">] "
                + sites.place(site) + " ["
                + sites.module().name() + "]";
    }

    /** The target's addresses are narrower than that of the tracer. */
    static PatchException noAddress(ModuleSites sites, long entry) {
        return new PatchException(Refusal.beyondKernel(
                        "has more than 32 bits, and " + sites.module().name() + " belongs to a 32-bit kernel")
                .at("tracer " + Address.of(entry)));
    }

    static PatchException unswitchable(ModuleSites sites, int site) {
        String what = sites.isForeign(site)
                ? "its code is not a call site that the architecture knows; leave it out of the filter"
                : "a switch failed halfway here and could not be undone; load the module anew";
        return new PatchException(Refusal.beyondKernel(what).at(where(sites, site)));
    }

    static PatchException outOfReach(ModuleSites sites, int site, Address target) {
        int room = sites.trampolines().room(sites.regionOrdinal(site));
        String what = sites.kind(site).description() + " does not reach " + target + ", and its region has "
                + (room == 0 ? "no room for a trampoline" : "no other trampoline left (it has room for " + room + ")")
                + "; load the module with LoadPolicy.trampolines(" + (room + 1) + ")";
        return new PatchException(Refusal.of(Errno.EFAULT, what)
                .at(where(sites, site))
                .logged(logged("ftrace faulted on modifying", sites, site)));
    }

    /** Names the bytes from the first to the last that is not as expected, in whole units of the site. */
    static PatchException unexpected(ModuleSites sites, int site, byte[] expected, byte[] found) {
        SiteKind kind = sites.kind(site);
        int unit = kind.unitBytes();
        int from = Units.start(expected, found, unit);
        int to = Units.end(expected, found, unit);
        Mismatch mismatch = new Mismatch(
                Address.of(sites.start(site) + from),
                Arrays.copyOfRange(expected, from, to),
                Arrays.copyOfRange(found, from, to));
        HexFormat digits = HexFormat.of();
        String what = kind.description() + ": code at " + mismatch.address() + " is "
                + digits.formatHex(mismatch.found()) + ", expected " + digits.formatHex(mismatch.expected())
                + "; someone else changed it: nothing was switched";
        return new PatchException(
                mismatch,
                Refusal.of(Errno.EINVAL, what)
                        .at(where(sites, site))
                        .logged(logged("ftrace failed to modify", sites, site)));
    }

    /** Code that cannot be read; {@code site} is -1 if it is a trampoline's. */
    static PatchException unreadable(ModuleSites sites, int site, RuntimeException failure) {
        return inaccessible(
                Refusal.of(Errno.EFAULT, "cannot be read: " + failure.getMessage() + "; nothing was switched")
                        .because(failure),
                "ftrace faulted on modifying",
                sites,
                site);
    }

    /** Code that cannot be written; {@code site} is -1 if it is a trampoline's. */
    static PatchException unwritable(ModuleSites sites, int site, RuntimeException failure) {
        return inaccessible(
                Refusal.of(Errno.EPERM, "cannot be written: " + failure.getMessage() + "; nothing was switched")
                        .because(failure),
                "ftrace faulted on writing",
                sites,
                site);
    }

    private static PatchException inaccessible(Refusal refusal, String logged, ModuleSites sites, int site) {
        return new PatchException(
                site < 0
                        ? refusal.at(sites.module().name() + ": a trampoline")
                        : refusal.at(where(sites, site)).logged(logged(logged, sites, site)));
    }

    static PatchException torn(RuntimeException failure, List<Address> places, List<Throwable> seconds) {
        String what = failure.getMessage() + "; and undoing it failed, too: "
                + places.stream().map(Address::toString).collect(Collectors.joining(", "))
                + " are no longer what they were: " + seconds.get(0).getMessage();
        Refusal refusal = Refusal.of(Errno.EPERM, what).because(failure);
        if (failure instanceof PatchException fault && fault.kernelMessage().isPresent()) {
            refusal = refusal.logged(fault.kernelMessage().get());
        }
        PatchException both = new PatchException(refusal);
        seconds.forEach(both::addSuppressed);
        return both;
    }
}
