package io.modrt.spi;

import org.apiguardian.api.API;

/** One thing that the kernel does to a module after relocation. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface Finisher {

    /** What it does, for example {@code jump labels}; comparisons with live memory name it. */
    String name();

    /** Does it. */
    void finish(ModuleImage image);

    /** A finisher made of a name and an action. */
    static Finisher of(String name, java.util.function.Consumer<ModuleImage> action) {
        return new Finisher() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public void finish(ModuleImage image) {
                action.accept(image);
            }
        };
    }
}
