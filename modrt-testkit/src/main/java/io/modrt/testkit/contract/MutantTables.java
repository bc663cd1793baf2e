package io.modrt.testkit.contract;

import io.modrt.module.ModuleFile;
import io.modrt.spi.ArchKernel;
import io.modrt.spi.CodeReader;
import io.modrt.spi.ModuleImage;
import io.modrt.spi.StaticBranches;
import io.modrt.spi.TableShapes;
import io.modrt.spi.TableShapes.Reference;
import io.modrt.spi.TracingSites;
import io.modrt.spi.Width;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Kernels whose tables, static branches or call sites are wrong. */
final class MutantTables {
    private static final long FURTHER = 4;

    private MutantTables() {}

    private static Reference other(Reference reference) {
        return reference == Reference.ABSOLUTE ? Reference.FROM_FIELD : Reference.ABSOLUTE;
    }

    private static ArchKernel withTables(ArchKernel kernel, UnaryOperator<TableShapes> change) {
        return new ForwardingKernel(kernel) {
            @Override
            public TableShapes tables() {
                return change.apply(kernel.tables());
            }

            @Override
            public TableShapes tables(ModuleFile file) {
                return change.apply(kernel.tables(file));
            }
        };
    }

    static ArchKernel exports(ArchKernel kernel) {
        return withTables(kernel, shapes -> {
            TableShapes.ExportTable shape = shapes.exports();
            return new TableShapes(
                    new TableShapes.ExportTable(shape.fieldBytes(), other(shape.reference())),
                    shapes.exceptionTable(),
                    shapes.jumpTable());
        });
    }

    static ArchKernel exceptions(ArchKernel kernel) {
        return withTables(kernel, shapes -> {
            TableShapes.ExceptionTable shape = shapes.exceptionTable();
            return new TableShapes(
                    shapes.exports(),
                    new TableShapes.ExceptionTable(
                            shape.entryBytes(), shape.fieldBytes(), other(shape.reference()), shape.addresses()),
                    shapes.jumpTable());
        });
    }

    static ArchKernel jumpLabels(ArchKernel kernel) {
        return withTables(kernel, shapes -> {
            TableShapes.JumpTable shape = shapes.jumpTable();
            return new TableShapes(
                    shapes.exports(),
                    shapes.exceptionTable(),
                    new TableShapes.JumpTable(shape.codeBytes(), shape.keyBytes(), other(shape.reference())));
        });
    }

    /** Static branches that are what others are, but for what a subclass changes. */
    private static class ForwardingBranches implements StaticBranches {
        private final StaticBranches branches;

        ForwardingBranches(StaticBranches branches) {
            this.branches = branches;
        }

        @Override
        public int sizeBytes(long site, CodeReader code) {
            return branches.sizeBytes(site, code);
        }

        @Override
        public byte[] notTaken(int sizeBytes) {
            return branches.notTaken(sizeBytes);
        }

        @Override
        public byte[] taken(BranchSite site, long target) {
            return branches.taken(site, target);
        }
    }

    private static ArchKernel withBranches(ArchKernel kernel, UnaryOperator<StaticBranches> change) {
        return new ForwardingKernel(kernel) {
            @Override
            public Optional<StaticBranches> staticBranches() {
                return kernel.staticBranches().map(change);
            }
        };
    }

    static ArchKernel otherNop(ArchKernel kernel) {
        return withBranches(kernel, branches -> new ForwardingBranches(branches) {
            @Override
            public byte[] notTaken(int sizeBytes) {
                byte[] code = super.notTaken(sizeBytes);
                code[sizeBytes - 1] ^= 1;
                return code;
            }
        });
    }

    static ArchKernel furtherJump(ArchKernel kernel) {
        return withBranches(kernel, branches -> new ForwardingBranches(branches) {
            @Override
            public byte[] taken(BranchSite site, long target) {
                return super.taken(site, target + FURTHER);
            }
        });
    }

    private static ArchKernel withTracing(ArchKernel kernel, UnaryOperator<TracingSites> change) {
        return new ForwardingKernel(kernel) {
            @Override
            public TracingSites tracing() {
                return change.apply(super.tracing());
            }
        };
    }

    static ArchKernel otherTracingTable(ArchKernel kernel) {
        return withTracing(kernel, sites -> new ForwardingTracing(sites) {
            @Override
            public String tableSection() {
                return sites.tableSection().isEmpty() ? "" : sites.tableSection() + "s";
            }
        });
    }

    static ArchKernel furtherSites(ArchKernel kernel) {
        return withTracing(kernel, sites -> new ForwardingTracing(sites) {
            @Override
            public long site(long entry, CodeReader code) {
                return super.site(entry, code) + FURTHER;
            }

            @Override
            public long listed(long entry, Width width, CodeReader code) {
                long site = super.listed(entry, width, code);
                return site == 0 ? 0 : width.wrap(site + FURTHER);
            }
        });
    }

    static ArchKernel untouchedSites(ArchKernel kernel) {
        return withTracing(kernel, sites -> new ForwardingTracing(sites) {
            @Override
            public void writeOff(long site, ModuleImage image) {}
        });
    }
}
