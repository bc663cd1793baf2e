package io.modrt.testkit.contract;

import io.modrt.address.Address;
import io.modrt.address.AddressRange;
import io.modrt.elf.AddendKind;
import io.modrt.kernel.KernelSymbols;
import io.modrt.kernel.MachineFacts;
import io.modrt.memory.AddressTranslation;
import io.modrt.memory.MemoryReader;
import io.modrt.module.ModuleFile;
import io.modrt.spi.ArchKernel;
import io.modrt.spi.ArchPlan;
import io.modrt.spi.CodeReader;
import io.modrt.spi.KernelBoot;
import io.modrt.spi.PlanInput;
import io.modrt.spi.RelocationTable;
import io.modrt.spi.StaticBranches;
import io.modrt.spi.TableShapes;
import io.modrt.spi.TracingSites;
import io.modrt.spi.Width;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/** A kernel that does what another one does, but for what a subclass changes. */
class ForwardingKernel implements ArchKernel {
    private final ArchKernel kernel;

    ForwardingKernel(ArchKernel kernel) {
        this.kernel = kernel;
    }

    @Override
    public Width width() {
        return kernel.width();
    }

    @Override
    public ByteOrder codeOrder() {
        return kernel.codeOrder();
    }

    @Override
    public List<AddressRange> moduleAreas() {
        return kernel.moduleAreas();
    }

    @Override
    public AddressRange kernelArea() {
        return kernel.kernelArea();
    }

    @Override
    public RelocationTable relocations(AddendKind addends) {
        return kernel.relocations(addends);
    }

    @Override
    public TableShapes tables() {
        return kernel.tables();
    }

    @Override
    public TableShapes tables(ModuleFile file) {
        return kernel.tables(file);
    }

    @Override
    public Address canonical(Address given) {
        return kernel.canonical(given);
    }

    @Override
    public long canonical(long given) {
        return kernel.canonical(given);
    }

    @Override
    public TracingSites tracing() {
        return new ForwardingTracing(kernel.tracing());
    }

    @Override
    public Optional<StaticBranches> staticBranches() {
        return kernel.staticBranches();
    }

    @Override
    public List<AddressRange> moduleAreas(KernelSymbols symbols) {
        return kernel.moduleAreas(symbols);
    }

    @Override
    public List<MachineFacts> undecided(KernelSymbols symbols) {
        return kernel.undecided(symbols);
    }

    @Override
    public OptionalLong branchTarget(long site, CodeReader code) {
        return kernel.branchTarget(site, code);
    }

    @Override
    public OptionalInt kprobeInstruction() {
        return kernel.kprobeInstruction();
    }

    @Override
    public Optional<AddressTranslation> translation(
            MemoryReader memory, List<AddressRange> ranges, KernelSymbols symbols) {
        return kernel.translation(memory, ranges, symbols);
    }

    @Override
    public Set<String> anchors() {
        return kernel.anchors();
    }

    @Override
    public MachineFacts machine(KernelSymbols symbols, MemoryReader memory) {
        return kernel.machine(symbols, memory);
    }

    @Override
    public List<String> initSections() {
        return kernel.initSections();
    }

    @Override
    public List<String> exitSections() {
        return kernel.exitSections();
    }

    @Override
    public KernelBoot boot() {
        return kernel.boot();
    }

    @Override
    public boolean protectsModules() {
        return kernel.protectsModules();
    }

    @Override
    public boolean isMappingSymbol(String name) {
        return kernel.isMappingSymbol(name);
    }

    @Override
    public void check(ModuleFile file) {
        kernel.check(file);
    }

    @Override
    public ArchPlan plan(PlanInput input) {
        return new ForwardingPlan(kernel.plan(input));
    }
}
