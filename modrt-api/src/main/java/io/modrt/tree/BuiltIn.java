package io.modrt.tree;

import io.modrt.input.Input;
import io.modrt.policy.LoadLimits;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The modules that are built into the kernel, and their aliases: {@code modules.builtin} and {@code modules.builtin.modinfo}.
 *
 * @param list the names, with underscores, in the order of the list; one may stand there twice
 * @param names the names
 * @param aliases the aliases, with their patterns in the {@linkplain ModprobeConfig#normal normal} form
 */
record BuiltIn(List<String> list, Set<String> names, List<KnownAlias> aliases) {

    static final String LIST = "modules.builtin";
    static final String MODINFO = "modules.builtin.modinfo";
    private static final String ALIAS = ".alias=";

    static BuiltIn read(Path folder) {
        List<String> list = new ArrayList<>();
        for (String line : ModuleTree.lines(folder.resolve(LIST))) {
            ModuleTree.nameOf(line).ifPresent(list::add);
        }
        List<KnownAlias> aliases = new ArrayList<>();
        Path modinfo = folder.resolve(MODINFO);
        if (Files.isRegularFile(modinfo)) {
            byte[] bytes = Input.bytes(modinfo, "a list of a kernel's tree", LoadLimits.standard());
            for (String string : Modinfo.strings(bytes, 0, bytes.length)) {
                int dot = string.indexOf('.');
                if (dot > 0 && string.startsWith(ALIAS, dot)) {
                    String module = ModuleTree.normal(string.substring(0, dot));
                    KnownAlias.of(string.substring(dot + ALIAS.length()), module)
                            .ifPresent(aliases::add);
                }
            }
        }
        return new BuiltIn(list, new HashSet<>(list), aliases);
    }
}
