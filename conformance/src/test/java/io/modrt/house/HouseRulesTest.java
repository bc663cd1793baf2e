package io.modrt.house;

import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.core.domain.JavaModifier.PROTECTED;
import static com.tngtech.archunit.core.domain.JavaModifier.PUBLIC;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.conditions.ArchConditions.be;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import io.modrt.elf.ElfFile;
import io.modrt.version.KernelChange;
import io.modrt.version.KernelVersion;
import java.util.Set;
import org.apiguardian.api.API;

/** What compiled classes may know of each other. */
@AnalyzeClasses(packages = "io.modrt", importOptions = ImportOption.DoNotIncludeTests.class)
class HouseRulesTest {
    private static final String[] ARCHITECTURES = {"io.modrt.mips..", "io.modrt.parisc..", "io.modrt.aarch64.."};

    /** An architecture is found, never named. */
    @ArchTest
    static final ArchRule nothingPublishedNamesAnArchitecture = noClasses()
            .that()
            .resideInAPackage("io.modrt..")
            .and()
            .resideOutsideOfPackages(ARCHITECTURES)
            .and()
            .resideOutsideOfPackages("io.modrt.examples..", "io.modrt.conformance..", "io.modrt.benchmarks..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(ARCHITECTURES);

    @ArchTest
    static final ArchRule architecturesDoNotKnowEachOther =
            slices().matching("io.modrt.(mips|parisc|aarch64)..").should().notDependOnEachOther();

    @ArchTest
    static final ArchRule architecturesStandOnWhatIsExportedAlone = noClasses()
            .that()
            .resideInAnyPackage(ARCHITECTURES)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.modrt.engine..");

    /** Every package of modrt-api, {@code io.modrt} and the engine's included. */
    @ArchTest
    static final ArchRule packagesFormNoCycle = slices().assignedFrom(new SliceAssignment() {
                @Override
                public SliceIdentifier getIdentifierOf(JavaClass type) {
                    return isOfTheApi(type) ? SliceIdentifier.of(type.getPackageName()) : SliceIdentifier.ignore();
                }

                @Override
                public String getDescription() {
                    return "packages of modrt-api";
                }
            })
            .should()
            .beFreeOfCycles();

    private static boolean isOfTheApi(JavaClass type) {
        return type.getPackageName().startsWith("io.modrt")
                && resideOutsideOfPackages(
                                "io.modrt.mips..",
                                "io.modrt.parisc..",
                                "io.modrt.aarch64..",
                                "io.modrt.ftrace..",
                                "io.modrt.testkit..",
                                "io.modrt.examples..",
                                "io.modrt.conformance..",
                                "io.modrt.benchmarks..")
                        .test(type);
    }

    /** What every package may use: errors, addresses, and the reading of bytes. */
    @ArchTest
    static final ArchRule errorsAreALeaf = classes()
            .that()
            .resideInAPackage("io.modrt.error")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "io.modrt.error",
                    "io.modrt.address",
                    "io.modrt.bytes",
                    "java..",
                    "org.jspecify..",
                    "org.apiguardian..");

    /** What an embedder does with modules needs no engine by name. */
    @ArchTest
    static final ArchRule theEngineIsReachedFromTheFrontAlone = noClasses()
            .that(resideInAnyPackage("io.modrt.*..").and(resideOutsideOfPackages("io.modrt.engine..")))
            .and()
            .resideOutsideOfPackage("io.modrt.testkit..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.modrt.engine..");

    /** What depends on a version is a {@link KernelChange}, which a profile decides. */
    @ArchTest
    static final ArchRule versionsAreComparedInTheirPackageAlone = noClasses()
            .that()
            .resideOutsideOfPackage("io.modrt.version")
            .should()
            .callMethodWhere(target(owner(type(KernelVersion.class)))
                    .and(target(nameMatching("compareTo|major|minor|patch")).as("compares versions")));

    /**
     * The bytes of a field that a relocation fills mean nothing. Only {@code TableFields} reads such tables; the others read what no
     * relocation fills, as the kernel itself reads it in the file.
     */
    @ArchTest
    static final ArchRule tablesInFilesAreReadByTheirRelocations = noClasses()
            .that()
            .resideInAPackage("io.modrt.module")
            .and()
            .doNotHaveSimpleName("TableFields")
            .and()
            .doNotHaveSimpleName("ThisModule")
            .and()
            .doNotHaveSimpleName("VersionRecords")
            .and()
            .doNotHaveSimpleName("ModuleInfo")
            .and()
            .doNotHaveSimpleName("ModuleFile")
            .and()
            .doNotHaveSimpleName("LoadedSections")
            .and()
            .doNotHaveSimpleName("ModuleChecks")
            .and()
            .doNotHaveSimpleName("ProfileChecks")
            .should()
            .callMethod(ElfFile.class, "array");

    /** A change that nothing asks for would be a promise without effect. */
    @ArchTest
    static final ArchRule everyChangeOfTheKernelIsAskedFor =
            classes().that().implement(KernelChange.class).should(haveEachConstantUsed());

    private static ArchCondition<JavaClass> haveEachConstantUsed() {
        return new ArchCondition<>("have each constant used outside") {
            @Override
            public void check(JavaClass changes, ConditionEvents events) {
                for (JavaField constant : changes.getFields()) {
                    boolean isUsed = constant.getAccessesToSelf().stream()
                            .anyMatch(access -> !access.getOriginOwner().equals(changes));
                    if (constant.getRawType().equals(changes) && !isUsed) {
                        events.add(
                                SimpleConditionEvent.violated(constant, constant.getFullName() + " is not asked for"));
                    }
                }
            }
        };
    }

    @ArchTest
    static final ArchRule everyExportedTypeSaysHowStableItIs = classes()
            .that(resideInAnyPackage(PublishedModules.exportedPackages()))
            .and()
            .areTopLevelClasses()
            .and()
            .haveModifier(PUBLIC)
            .should()
            .beAnnotatedWith(API.class);

    /** What says how stable it is was meant for others. */
    @ArchTest
    static final ArchRule whatIsStableIsExported = classes()
            .that()
            .areAnnotatedWith(API.class)
            .should(be(resideInAnyPackage(PublishedModules.exportedPackages())));

    /** A type that is not exported, or of a module that the user need not have, could not be named by its user. */
    @ArchTest
    static final ArchRule exportedSignaturesNameExportedTypesAlone = classes()
            .that(resideInAnyPackage(PublishedModules.exportedPackages()))
            .and()
            .arePublic()
            .should(nameExportedTypesAlone());

    private static ArchCondition<JavaClass> nameExportedTypesAlone() {
        return new ArchCondition<>("name exported types alone in what they show") {
            @Override
            public void check(JavaClass owner, ConditionEvents events) {
                boolean testkit = owner.getPackageName().startsWith("io.modrt.testkit");
                for (JavaCodeUnit unit : owner.getCodeUnits()) {
                    if (isSeen(unit.getModifiers())) {
                        unit.getAllInvolvedRawTypes().stream()
                                .map(JavaClass::getBaseComponentType)
                                .filter(type -> !isNameable(type, testkit))
                                .forEach(type -> events.add(SimpleConditionEvent.violated(
                                        unit, unit.getFullName() + " shows " + type.getName())));
                    }
                }
            }
        };
    }

    private static boolean isNameable(JavaClass type, boolean fromTestkit) {
        String home = type.getPackageName();
        if (home.startsWith("io.modrt")) {
            return PublishedModules.isExported(home) && isSeen(type.getModifiers());
        }
        if (type.isPrimitive() || home.startsWith("java.")) {
            return true;
        }
        return fromTestkit && (home.startsWith("org.junit.jupiter.api") || home.startsWith("com.google.common.jimfs"));
    }

    private static boolean isSeen(Set<JavaModifier> modifiers) {
        return modifiers.contains(PUBLIC) || modifiers.contains(PROTECTED);
    }
}
