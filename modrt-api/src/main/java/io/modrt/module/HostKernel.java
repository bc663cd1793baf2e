package io.modrt.module;

import io.modrt.elf.ElfHeader;
import io.modrt.error.Errno;
import io.modrt.error.FormatException;
import io.modrt.error.Refusal;
import io.modrt.kernel.KernelProfile;
import java.util.Optional;
import org.apiguardian.api.API;

/** The kernel that a file is opened for, as far as it is known. It decides in which order the file is checked, and which line is logged. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface HostKernel {

    /** Its profile, if it is known. */
    Optional<KernelProfile> profile();

    /**
     * Raises an exception if it is for another machine than a file: {@code elf_check_arch}, which comes before all sections.
     *
     * @param fileName the file's name in messages; may be empty
     * @param header the file's header, decoded in the class that the file's structures have; only {@code e_type} has been checked
     * @param classIdent the value of EI_CLASS, which may be another class or none
     */
    void requireMachine(String fileName, ElfHeader header, int classIdent);

    /** An unknown kernel, of which is assumed that it looks at EI_CLASS, as most do. */
    static HostKernel unknown() {
        return new HostKernel() {
            @Override
            public Optional<KernelProfile> profile() {
                return Optional.empty();
            }

            @Override
            public void requireMachine(String fileName, ElfHeader header, int classIdent) {
                requireClass(fileName, header, classIdent);
            }
        };
    }

    /** Raises ENOEXEC if EI_CLASS does not name the class that the file's structures have. */
    static void requireClass(String fileName, ElfHeader header, int classIdent) {
        if (header.elfClass().ident() != classIdent) {
            Refusal refusal = Refusal.of(
                            Errno.ENOEXEC,
                            "class (EI_CLASS) " + classIdent + ", but laid out as " + header.elfClass()
                                    + ", which is class " + header.elfClass().ident())
                    .logged("Invalid architecture in ELF header: " + header.machine());
            throw new FormatException(fileName.isEmpty() ? refusal : refusal.at(fileName));
        }
    }
}
