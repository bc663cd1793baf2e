package io.modrt.spi;

import org.apiguardian.api.API;

/** One step of the kernel after relocation, which changes a module's bytes. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface Finisher {

    /** The step's name, for example {@code jump labels}, which {@link io.modrt.link.Rewrite} reports. */
    String name();

    /** Runs the step. */
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
