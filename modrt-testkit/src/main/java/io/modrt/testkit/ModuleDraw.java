package io.modrt.testkit;

import io.modrt.testkit.CodeForms.Piece;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Draws one module: sections, functions in them, tables that point to those, and what the kernel is to know of all. */
final class ModuleDraw {
    private static final List<String> CODE = List.of(".text", ".text.unlikely", ".init.text", ".exit.text");
    private static final List<String> WRITABLE = List.of(".data", ".data.rel.ro", ".init.data");
    private static final int MOST_FUNCTIONS = 6;
    private static final int MOST_INSTRUCTIONS = 24;
    private static final int MOST_OBJECTS = 5;
    private static final int MOST_WORDS = 8;
    private static final int MOST_IMPORTS = 6;
    private static final int JUMP_KEY_BYTES = 16;

    private final SplittableRandom random;
    private final CodeForms forms;
    private final ElfTarget target;
    private final KernelModuleBuilder module;
    private final String prefix;
    private final List<String> functions = new ArrayList<>();
    private final List<String> objects = new ArrayList<>();
    private final List<String> imports = new ArrayList<>();
    private final List<String> branches = new ArrayList<>();
    private int labels;

    ModuleDraw(ElfTarget target, long seed) {
        this.random = new SplittableRandom(seed);
        this.forms = CodeForms.of(target);
        this.target = target;
        this.prefix = "random_" + Long.toUnsignedString(seed);
        this.module = KernelModuleBuilder.of(target, prefix);
    }

    /** The module, with exceptions and static branches if {@code hasTables}. */
    KernelModuleBuilder module(boolean hasTables) {
        module.license(oneOf(List.of("GPL", "GPL v2", "Dual MIT/GPL"))).info("description", prefix);
        for (int i = random.nextInt(MOST_IMPORTS); i > 0; i--) {
            imports.add("kernel_symbol_" + random.nextInt(1000));
        }
        if (forms.hasCode()) {
            drawFunctions();
        }
        for (int i = 1 + random.nextInt(MOST_OBJECTS); i > 0; i--) {
            drawObject();
        }
        if (random.nextBoolean()) {
            module.elf().zeroed(".bss", 1 + random.nextInt(5000));
        }
        if (hasTables) {
            drawTables();
        }
        drawExports();
        return module;
    }

    private <T> T oneOf(List<T> all) {
        return all.get(random.nextInt(all.size()));
    }

    private void drawFunctions() {
        List<String> sections = new ArrayList<>();
        for (int i = 1 + random.nextInt(MOST_FUNCTIONS); i > 0; i--) {
            functions.add(prefix + "_function_" + i);
            sections.add(oneOf(CODE));
        }
        functions.add("init_module");
        sections.add(".init.text");
        if (random.nextInt(4) > 0) {
            functions.add("cleanup_module");
            sections.add(".exit.text");
        }
        // why: a call may go forward, so every function has its symbol before the first has code
        functions.forEach(module::symbol);
        for (int i = 0; i < functions.size(); i++) {
            drawFunction(functions.get(i), module.code(sections.get(i)));
        }
    }

    private void drawFunction(String name, SectionBuilder section) {
        long start = section.sizeBytes();
        for (int i = 1 + random.nextInt(MOST_INSTRUCTIONS); i > 0; i--) {
            switch (random.nextInt(8)) {
                case 0, 1 -> call(section);
                case 2 -> address(section);
                case 3 -> branch(section);
                default -> section.instructions(forms.filler().apply(random.nextInt()));
            }
        }
        forms.exit().forEach(section::instructions);
        SymbolBuilder symbol = module.symbol(name).in(section, start).function(section.sizeBytes() - start);
        if (!name.endsWith("_module") && random.nextInt(4) == 0) {
            symbol.local();
        }
    }

    private void call(SectionBuilder section) {
        String callee =
                forms.farCalls() && !imports.isEmpty() && random.nextBoolean() ? oneOf(imports) : oneOf(functions);
        append(section, oneOf(forms.calls()), callee);
        section.instructions(forms.nop()); // the delay slot, where the machine has one
    }

    private void address(SectionBuilder section) {
        if (!forms.addresses().isEmpty()) {
            String symbol = imports.isEmpty() || random.nextBoolean() ? oneOf(functions) : oneOf(imports);
            oneOf(forms.addresses()).forEach(piece -> append(section, piece, symbol));
        }
    }

    private void append(SectionBuilder section, Piece piece, String symbol) {
        section.relocation(section.sizeBytes(), piece.type(), module.symbol(symbol));
        section.instructions(piece.word());
    }

    /** A static branch that is off: two instructions without effect, of which the first may become a branch behind the second. */
    private void branch(SectionBuilder section) {
        branches.add(label(section));
        section.instructions(forms.nop(), forms.nop());
        label(section);
        section.instructions(forms.nop());
    }

    private String label(SectionBuilder section) {
        String label = prefix + "_label_" + labels++;
        module.symbol(label).in(section, section.sizeBytes()).local();
        return label;
    }

    private void drawObject() {
        SectionBuilder section = random.nextInt(3) == 0 ? module.readOnly(".rodata") : module.writable(oneOf(WRITABLE));
        section.padding(target.encoding().wordBytes());
        long start = section.sizeBytes();
        String name = prefix + "_object_" + objects.size();
        for (int i = 1 + random.nextInt(MOST_WORDS); i > 0; i--) {
            List<String> known = new ArrayList<>(functions);
            known.addAll(objects);
            known.addAll(imports);
            if (known.isEmpty() || random.nextBoolean()) {
                section.pointer(random.nextLong());
            } else {
                String symbol = oneOf(known);
                section.pointer(module.symbol(symbol), imports.contains(symbol) ? 0 : 4L * random.nextInt(4));
            }
        }
        module.symbol(name).in(section, start).object(section.sizeBytes() - start);
        objects.add(name);
    }

    private void drawTables() {
        for (String branch : branches) {
            SectionBuilder keys = module.writable(".data").padding(JUMP_KEY_BYTES);
            String key = label(keys);
            keys.zeros(JUMP_KEY_BYTES);
            int number = Integer.parseInt(branch.substring(branch.lastIndexOf('_') + 1));
            module.jumpLabel(branch, prefix + "_label_" + (number + 1), key);
        }
        for (int i = functions.size() < 2 ? 0 : random.nextInt(3); i > 0; i--) {
            module.mayFault(oneOf(functions), oneOf(functions));
        }
    }

    private void drawExports() {
        List<String> exported = new ArrayList<>(objects);
        functions.stream()
                .filter(name ->
                        !name.endsWith("_module") && !module.symbol(name).isLocal())
                .forEach(exported::add);
        exported.removeIf(name -> random.nextInt(3) == 0);
        for (String name : exported) {
            int crc = random.nextInt();
            module.exports(name, export -> (random.nextBoolean() ? export.gplOnly() : export).crc(crc));
        }
    }
}
