package io.modrt.conformance;

import io.modrt.error.FormatException;
import io.modrt.module.KernelFile;
import io.modrt.module.ModuleFile;
import io.modrt.module.ModuleSignature;
import io.modrt.signature.SignatureVerdict;
import io.modrt.signature.TrustedKeys;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;

/**
 * {@code signatures [TREE…]}: verifies the signature of every module with the key in the kernel's image; then flips one bit of each module,
 * which must be rejected.
 */
final class SignaturesCommand {
    private static final int MOST_TOLD = 10;

    private final List<Path> trees;
    private final PrintStream out;

    SignaturesCommand(List<Path> trees, PrintStream out) {
        this.trees = trees;
        this.out = out;
    }

    /** What became of one module. */
    private record Outcome(Path path, Optional<String> fault) {}

    /** Prints a line for each tree; returns whether all modules of all trees verify. */
    boolean run() throws IOException {
        boolean isWell = true;
        for (Path tree : trees) {
            isWell &= run(tree);
        }
        return isWell;
    }

    private boolean run(Path tree) throws IOException {
        Optional<Path> image = image(tree);
        if (image.isEmpty()) {
            out.println(tree + ": no kernel image beside it");
            return false;
        }
        TrustedKeys keys = TrustedKeys.inImage(KernelFile.unpack(Files.readAllBytes(image.get())));
        List<Outcome> outcomes = LoadTree.modules(tree).parallelStream()
                .map(path -> judge(path, keys))
                .toList();
        List<Outcome> faults =
                outcomes.stream().filter(each -> each.fault().isPresent()).toList();
        faults.stream()
                .limit(MOST_TOLD)
                .forEach(each -> out.println(each.path() + ": " + each.fault().orElseThrow()));
        out.println(tree + ": " + (outcomes.size() - faults.size()) + " of " + outcomes.size()
                + " modules verify, and do not with a flipped bit; " + keys + ", of "
                + image.get().getFileName());
        return faults.isEmpty() && !outcomes.isEmpty();
    }

    /** The kernel that lies in {@code boot} of the package of which {@code tree} is {@code lib/modules/RELEASE}. */
    private static Optional<Path> image(Path tree) throws IOException {
        Path boot = tree.toRealPath().resolve("../../../boot").normalize();
        if (!Files.isDirectory(boot)) {
            return Optional.empty();
        }
        try (Stream<Path> files = Files.list(boot)) {
            return files.filter(file -> file.getFileName().toString().startsWith("vmlinu"))
                    .findFirst();
        }
    }

    private static Outcome judge(Path path, TrustedKeys keys) {
        try {
            ModuleFile file = ModuleFile.open(path);
            if (file.signature().isEmpty()) {
                return new Outcome(path, Optional.of("has no signature"));
            }
            ModuleSignature signature = file.signature().get();
            List<String> faults = new ArrayList<>();
            SignatureVerdict verdict = signature.verify(keys);
            if (!verdict.isVerified()) {
                faults.add(verdict.kind() + ": " + verdict.text());
            }
            byte[] module = file.elf().array().clone();
            byte[] message = signature.der();
            Random random = new Random(path.getFileName().toString().hashCode());
            int end = signature.fileOffset();
            flip(module, random.nextInt(end), random);
            SignatureVerdict changed = keys.verify(module, end, message);
            if (changed.kind() != SignatureVerdict.Kind.REJECTED) {
                faults.add("with a flipped bit: " + changed);
            }
            return new Outcome(path, faults.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", faults)));
        } catch (FormatException | UncheckedIOException refused) {
            return new Outcome(path, Optional.of(String.valueOf(refused.getMessage())));
        }
    }

    private static void flip(byte[] bytes, int at, Random random) {
        bytes[at] ^= (byte) (1 << random.nextInt(Byte.SIZE));
    }
}
