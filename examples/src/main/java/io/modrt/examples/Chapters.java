package io.modrt.examples;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the program can tell at length, by the name that one asks for. */
final class Chapters {
    /** Tells a chapter. */
    private interface Chapter {
        void tell(Screen screen) throws IOException;
    }

    private static final Map<String, Chapter> BY_NAME = new LinkedHashMap<>();

    static {
        BY_NAME.put("kernels", screen -> {
            screen.heading("Two modules on eight kernels");
            EightKernels.tell(screen.out());
        });
        BY_NAME.put("module", screen -> {
            screen.heading("One kernel and its modules, closely");
            OneKernel.tell(screen.out());
        });
        BY_NAME.put("stories", screen -> {
            screen.heading("2009: a jump that cannot leave its 256 MB");
            FarCall.tell(screen.out());
            screen.heading("2008: modules larger than a branch reaches");
            FarStubs.tell(screen.out());
        });
        BY_NAME.put("descriptors", screen -> {
            screen.heading("A call through a stub, a GOT slot and a descriptor");
            Descriptors.tell(screen.out());
        });
    }

    private Chapters() {}

    /** The names of all chapters. */
    static List<String> names() {
        return List.copyOf(BY_NAME.keySet());
    }

    /** Tells the chapter called {@code name}, which is one of {@link #names()}. */
    static void tell(String name, Screen screen) throws IOException {
        Optional.ofNullable(BY_NAME.get(name)).orElseThrow().tell(screen);
    }
}
