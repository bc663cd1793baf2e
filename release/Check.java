import java.io.IOException;
import java.lang.module.ModuleFinder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPath;
import javax.xml.xpath.XPathFactory;
import org.w3c.dom.Document;

/**
 * Checks what a release publishes, by the rules of Maven Central: java release/Check.java FOLDER VERSION. Each artifact has its files; each file
 * has checksums and a signature, which needs none, that verify; a pom says what it must and depends on nothing that is not released; each jar is a module
 * of its name, with sources and Javadoc beside it. Prints the faults; status 1 if there are any.
 */
final class Check {
    private static final Map<String, String> MODULES = new LinkedHashMap<>();

    static {
        MODULES.put("modrt-bom", "");
        MODULES.put("modrt-api", "io.modrt.api");
        MODULES.put("modrt-mips", "io.modrt.mips");
        MODULES.put("modrt-parisc", "io.modrt.parisc");
        MODULES.put("modrt-aarch64", "io.modrt.aarch64");
        MODULES.put("modrt-ftrace", "io.modrt.ftrace");
        MODULES.put("modrt-testkit", "io.modrt.testkit");
    }

    private static final List<String> STATED = List.of(
            "name",
            "description",
            "url",
            "licenses/license/name",
            "licenses/license/url",
            "developers/developer/name",
            "scm/connection",
            "scm/developerConnection",
            "scm/url");

    private final Path folder;
    private final String version;
    private final Set<Path> known = new TreeSet<>();
    private final List<String> faults = new ArrayList<>();

    private Check(Path folder, String version) {
        this.folder = folder;
        this.version = version;
    }

    public static void main(String[] arguments) throws Exception {
        Check check = new Check(Path.of(arguments[0]), arguments[1]);
        for (Map.Entry<String, String> artifact : MODULES.entrySet()) {
            check.artifact(artifact.getKey(), artifact.getValue());
        }
        check.nothingElse();
        check.faults.forEach(System.out::println);
        if (!check.faults.isEmpty()) {
            System.exit(1);
        }
        System.out.println(check.known.size() + " files of " + MODULES.size() + " artifacts, no fault");
    }

    private void artifact(String name, String module) throws Exception {
        Path start = folder.resolve("io/modrt").resolve(name).resolve(version).resolve(name + "-" + version);
        require(!version.endsWith("-SNAPSHOT"), start, "a snapshot is not released");
        if (isWhole(start, ".pom")) {
            pom(Path.of(start + ".pom"), name, module.isEmpty());
        }
        isWhole(start, "-cyclonedx.json");
        isWhole(start, "-cyclonedx.xml");
        if (module.isEmpty()) {
            return;
        }
        if (isWhole(start, ".jar")) {
            jar(Path.of(start + ".jar"), module);
        }
        if (isWhole(start, "-sources.jar")) {
            has(Path.of(start + "-sources.jar"), "module-info.java");
        }
        if (isWhole(start, "-javadoc.jar")) {
            has(Path.of(start + "-javadoc.jar"), "index.html");
        }
    }

    /** Whether a file is there; its checksums and its signature are checked. */
    private boolean isWhole(Path start, String suffix) throws Exception {
        Path file = Path.of(start + suffix);
        known.add(file);
        if (!Files.isRegularFile(file)) {
            faults.add(file + ": missing");
            return false;
        }
        checksums(file);
        Path signature = Path.of(file + ".asc");
        known.add(signature);
        if (!Files.isRegularFile(signature)) {
            faults.add(signature + ": missing");
            return true;
        }
        Process gpg = new ProcessBuilder("gpg", "--batch", "--verify", signature.toString(), file.toString())
                .redirectErrorStream(true)
                .start();
        String told = new String(gpg.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        require(gpg.waitFor() == 0, signature, "does not verify: " + told.strip().replace('\n', ';'));
        return true;
    }

    private void checksums(Path file) throws IOException, NoSuchAlgorithmException {
        for (Map.Entry<String, String> kind : Map.of(".md5", "MD5", ".sha1", "SHA-1").entrySet()) {
            Path checksum = Path.of(file + kind.getKey());
            known.add(checksum);
            byte[] digest = MessageDigest.getInstance(kind.getValue()).digest(Files.readAllBytes(file));
            boolean isRight = Files.isRegularFile(checksum)
                    && Files.readString(checksum).strip().equals(HexFormat.of().formatHex(digest));
            require(isRight, checksum, "missing, or not that of the file");
        }
    }

    private void pom(Path file, String name, boolean isBom) throws Exception {
        Document pom = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file.toFile());
        XPath path = XPathFactory.newInstance().newXPath();
        for (String element : STATED) {
            require(!path.evaluate("/project/" + element, pom).isBlank(), file, "no " + element);
        }
        require(path.evaluate("/project/groupId", pom).equals("io.modrt"), file, "another groupId");
        require(path.evaluate("/project/artifactId", pom).equals(name), file, "another artifactId");
        require(path.evaluate("/project/version", pom).equals(version), file, "another version");
        require(path.evaluate("/project/packaging", pom).equals(isBom ? "pom" : ""), file, "another packaging");
        require(path.evaluate("count(/project/parent | /project/repositories | /project/build)", pom).equals("0"), file,
                "a parent, repositories or a build");
        String text = Files.readString(file);
        require(!text.contains("SNAPSHOT"), file, "depends on a snapshot");
        require(!text.replace("${project.version}", version).contains("${"), file, "has a property that nothing sets");
    }

    private void jar(Path file, String module) {
        Set<String> found = new TreeSet<>();
        ModuleFinder.of(file).findAll().forEach(one -> found.add(
                one.descriptor().name() + (one.descriptor().isAutomatic() ? " (automatic)" : "")));
        require(found.equals(Set.of(module)), file, "is module " + found + ", not " + module);
        has(file, "META-INF/LICENSE");
    }

    private void has(Path file, String entry) {
        try (JarFile jar = new JarFile(file.toFile())) {
            require(jar.getEntry(entry) != null, file, "has no " + entry);
        } catch (IOException broken) {
            faults.add(file + ": " + broken.getMessage());
        }
    }

    private void nothingElse() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            files.filter(Files::isRegularFile).filter(file -> !known.contains(file)).forEach(file -> faults.add(file + ": does not belong to a release"));
        }
    }

    private void require(boolean isSo, Path file, String fault) {
        if (!isSo) {
            faults.add(file + ": " + fault);
        }
    }
}
