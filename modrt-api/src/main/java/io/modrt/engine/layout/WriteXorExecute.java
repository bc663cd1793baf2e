package io.modrt.engine.layout;

import io.modrt.elf.Section;
import io.modrt.error.Errno;
import io.modrt.error.FormatException;
import io.modrt.error.Refusal;
import io.modrt.error.Rule;
import io.modrt.findings.Findings;
import io.modrt.kernel.ConfigOption;
import io.modrt.kernel.KernelProfile;
import io.modrt.version.LoaderChange;
import java.util.List;

/**
 * The kernel's {@code module_enforce_rwx_sections}: no section, loaded or not, is both writable and executable. The architecture has set the
 * flags of its own sections before.
 */
public final class WriteXorExecute {
    private WriteXorExecute() {}

    /** Checks the sections of {@code module}, shaped by the architecture, on kernels since 5.8 with STRICT_MODULE_RWX. */
    public static void check(List<Section> sections, String module, KernelProfile profile, Findings findings) {
        if (!profile.has(ConfigOption.STRICT_MODULE_RWX) || !profile.has(LoaderChange.WRITABLE_CODE_REFUSED)) {
            return;
        }
        for (Section s : sections) {
            if (s.isWritable() && s.isExecutable()) {
                String what = s.where() + ": is writable and executable, which STRICT_MODULE_RWX forbids";
                findings.broken(
                        Rule.WRITE_XOR_EXECUTE,
                        Refusal.of(Errno.ENOEXEC, what)
                                .wayOut("relax Rule." + Rule.WRITE_XOR_EXECUTE + " to load it")
                                .logged(module + ": section " + s.name() + " (index " + s.index()
                                        + ") has invalid WRITE|EXEC flags"),
                        FormatException::new);
            }
        }
    }
}
