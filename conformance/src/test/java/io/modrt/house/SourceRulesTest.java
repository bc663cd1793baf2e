package io.modrt.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ModifiersTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.lang.model.element.Modifier;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/** What sources must say, and must not: read as trees, without being compiled. */
class SourceRulesTest {
    private static final Path ROOT = Path.of("..");
    private static final List<String> LIBRARIES =
            List.of("modrt-api", "modrt-aarch64", "modrt-mips", "modrt-parisc", "modrt-ftrace", "modrt-testkit");
    private static final Pattern ARCHITECTURE =
            Pattern.compile("mips|parisc|hppa|aarch64|arm64", Pattern.CASE_INSENSITIVE);
    private static final int ONE_SITTING = 450;

    @Test
    void theEngineAndTracingNameNoArchitecture() throws IOException {
        List<String> named = new ArrayList<>();
        parse(List.of("modrt-api", "modrt-ftrace"), (unit, trees) -> {
            Consumer<String> check = word -> {
                if (ARCHITECTURE.matcher(word).find() && !isMachineOfTheFormat(unit, word)) {
                    named.add(at(unit) + ": " + word);
                }
            };
            new Names().scan(unit, check);
        });
        assertEquals(List.of(), named);
    }

    @Test
    void whatIsPublicIsDocumented() throws IOException {
        List<String> bare = new ArrayList<>();
        parse(LIBRARIES, (unit, trees) -> {
            Consumer<String> note = name -> bare.add(at(unit) + ": " + name);
            new Undocumented(trees).scan(unit, note);
        });
        assertEquals(List.of(), bare);
    }

    @Test
    void aFileIsReadInOneSitting() throws IOException {
        List<String> tooLong = new ArrayList<>();
        for (Path source : sources(LIBRARIES)) {
            int lines = Files.readAllLines(source).size();
            if (lines > ONE_SITTING) {
                tooLong.add(source + ": " + lines + " lines");
            }
        }
        assertEquals(List.of(), tooLong);
    }

    /** The formatter breaks lines where they are full; a word that it leaves alone on the last one is to be saved elsewhere. */
    @Test
    void noCommentEndsInALineOfOneWord() throws IOException {
        List<String> orphans = new ArrayList<>();
        for (Path source : sources(LIBRARIES)) {
            List<String> lines = Files.readAllLines(source);
            for (int i = 1; i < lines.size(); i++) {
                String word = lines.get(i).strip();
                boolean goesOn = lines.get(i - 1).strip().matches("(\\*|//) .+");
                if (goesOn && word.matches("(\\*|//) [^ <@{}]+") && !word.contains("spotless:")) {
                    orphans.add(source + ":" + (i + 1) + " " + word);
                }
            }
        }
        assertEquals(List.of(), orphans);
    }

    /** ELF itself names machines, and a reader of ELF says which is which. */
    private static boolean isMachineOfTheFormat(CompilationUnitTree unit, String word) {
        return word.startsWith("EM_") && unit.getPackageName().toString().equals("io.modrt.elf");
    }

    private interface UnitVisitor {
        void visit(CompilationUnitTree unit, DocTrees trees);
    }

    private static void parse(List<String> modules, UnitVisitor visitor) throws IOException {
        var compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
            var units = files.getJavaFileObjectsFromPaths(sources(modules));
            var task = (JavacTask) compiler.getTask(null, files, null, List.of("-proc:none"), null, units);
            DocTrees trees = DocTrees.instance(task);
            task.parse().forEach(unit -> visitor.visit(unit, trees));
        }
    }

    private static List<Path> sources(List<String> modules) throws IOException {
        List<Path> found = new ArrayList<>();
        for (String module : modules) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src/main/java"))) {
                files.filter(file -> file.toString().endsWith(".java")).sorted().forEach(found::add);
            }
        }
        assertFalse(found.isEmpty(), "no sources found below " + ROOT.toAbsolutePath());
        return found;
    }

    private static String at(CompilationUnitTree unit) {
        return ROOT.toAbsolutePath()
                .normalize()
                .toUri()
                .relativize(unit.getSourceFile().toUri())
                .getPath();
    }

    /** Every name and every string. Comments are free: they say where a rule comes from. */
    private static final class Names extends TreePathScanner<Void, Consumer<String>> {
        @Override
        public Void visitClass(ClassTree tree, Consumer<String> found) {
            found.accept(tree.getSimpleName().toString());
            return super.visitClass(tree, found);
        }

        @Override
        public Void visitMethod(MethodTree tree, Consumer<String> found) {
            found.accept(tree.getName().toString());
            return super.visitMethod(tree, found);
        }

        @Override
        public Void visitVariable(VariableTree tree, Consumer<String> found) {
            found.accept(tree.getName().toString());
            return super.visitVariable(tree, found);
        }

        @Override
        public Void visitIdentifier(IdentifierTree tree, Consumer<String> found) {
            found.accept(tree.getName().toString());
            return super.visitIdentifier(tree, found);
        }

        @Override
        public Void visitMemberSelect(MemberSelectTree tree, Consumer<String> found) {
            found.accept(tree.getIdentifier().toString());
            return super.visitMemberSelect(tree, found);
        }

        @Override
        public Void visitLiteral(LiteralTree tree, Consumer<String> found) {
            found.accept(String.valueOf(tree.getValue()));
            return super.visitLiteral(tree, found);
        }
    }

    /** Public types, and their public methods and constructors that do not take their words from what they override. */
    private static final class Undocumented extends TreePathScanner<Void, Consumer<String>> {
        private final DocTrees trees;

        Undocumented(DocTrees trees) {
            this.trees = trees;
        }

        @Override
        public Void visitClass(ClassTree tree, Consumer<String> found) {
            if (!isSeen(tree.getModifiers())) {
                return null;
            }
            check(tree.getSimpleName().toString(), found);
            return super.visitClass(tree, found);
        }

        @Override
        public Void visitMethod(MethodTree tree, Consumer<String> found) {
            boolean overrides = tree.getModifiers().getAnnotations().stream()
                    .anyMatch(annotation ->
                            annotation.getAnnotationType().toString().equals("Override"));
            if (isSeen(tree.getModifiers()) && !overrides) {
                check(tree.getName().toString(), found);
            }
            return null;
        }

        private void check(String name, Consumer<String> bare) {
            if (trees.getDocComment(getCurrentPath()) == null) {
                bare.accept(name);
            }
        }

        private boolean isSeen(ModifiersTree modifiers) {
            TreePath outer = getCurrentPath().getParentPath();
            boolean inInterface = outer.getLeaf().getKind() == Tree.Kind.INTERFACE;
            return inInterface
                    ? !modifiers.getFlags().contains(Modifier.PRIVATE)
                    : modifiers.getFlags().contains(Modifier.PUBLIC)
                            || modifiers.getFlags().contains(Modifier.PROTECTED);
        }
    }
}
