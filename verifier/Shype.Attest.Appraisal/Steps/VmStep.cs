using Shype.Attest.Appraisal.References;
using Shype.Attest.Appraisal.Rules;
using Shype.Attest.Appraisal.Story;
using Shype.Attest.Isolation;
using Shype.Attest.Isolation.Acm;
using Shype.Attest.Isolation.Flask;
using Shype.Attest.Measurement.Records;

namespace Shype.Attest.Appraisal.Steps;

/// <summary>Is a running VM, with everything that it started from, one of the references, and does the policy know its label (threat rows V01, V06, V18)?</summary>
internal static class VmStep
{
    public static VmAppraisal Check(RunningImage image, AcmPolicy? policy, FlaskPolicy? flask, AppraisalContext context)
    {
        List<Finding> findings = [];
        var isKnown = flask is not null ? image.Vm.Label is { } label && flask.TryFindContext(label, out _)
            : policy is null || policy.StandingOf(image.Vm) == LabelStanding.Known;
        if (!isKnown)
        {
            findings.Add(new(FindingCode.VmLabelUnknown, image.Subject, image.Record, Found: image.Vm.Label ?? "none"));
        }

        var alternatives = context.References.FindVm(image.Start.Uuid, image.Start.Name);
        var problems = alternatives.Count > 0 ? Nearest(image, alternatives) : [new(FindingCode.VmNotReferenced, image.Subject, image.Record)];
        if (problems.Count > 0 && FindLapsed(image, context.References) is { } lapsed)
        {
            problems = [lapsed.Finding(image.Subject, image.Record, image.Start.Name)];
            alternatives = lapsed.Set.FindVm(image.Start.Uuid, image.Start.Name);
        }

        findings.AddRange(problems);
        if (image.Start.Mutable && IsReported(context.Rules.MutableImages, alternatives))
        {
            findings.Add(new(FindingCode.VmImageMutable, image.Subject, image.Record, Detail: "an image"));
        }

        return new()
        {
            Uuid = image.Start.Uuid,
            Name = image.Start.Name,
            Label = image.Start.Label,
            Record = image.Record,
            Findings = findings.Count == 0 ? [] : Finding.InOrder(findings.Select(context.Rules.Weigh)),
        };
    }

    private static LapsedBundle? FindLapsed(RunningImage image, ReferenceSet references) => references.Lapsed.FirstOrDefault(bundle =>
        bundle.Set.FindVm(image.Start.Uuid, image.Start.Name).Any(reference => new Comparison(image, reference).Problems.Count == 0));

    private static bool IsReported(MutableImages images, IReadOnlyList<VmReference> alternatives) => images switch
    {
        MutableImages.Allowed => false,
        MutableImages.Reported => true,
        _ => !alternatives.Any(reference => reference.MayBeMutable),
    };

    // Of several alternatives the one that comes closest tells what is wrong.
    private static List<Finding> Nearest(RunningImage image, IReadOnlyList<VmReference> alternatives)
    {
        List<Finding>? nearest = null;
        for (var i = 0; i < alternatives.Count && nearest is not { Count: 0 }; i++)
        {
            var problems = new Comparison(image, alternatives[i]).Problems;
            nearest = nearest is null || problems.Count < nearest.Count ? problems : nearest;
        }

        return nearest ?? [];
    }

    private sealed class Comparison
    {
        private readonly RunningImage _image;

        public Comparison(RunningImage image, VmReference reference)
        {
            _image = image;
            var vm = image.Start;
            if (reference.Label != vm.Label)
            {
                Problems.Add(new(FindingCode.VmLabelUnexpected, image.Subject, image.Record, reference.Label ?? "none", vm.Label ?? "none"));
            }

            // A configuration is the agent's own text; where the reference names none, the images and the label speak for the VM.
            Demand("a configuration", reference.Config ?? vm.ConfigDigest, vm.ConfigDigest);
            Demand("a kernel", reference.Kernel, vm.KernelDigest);
            Demand("an initrd", reference.Initrd, vm.InitrdDigest);
            Demand("a firmware", reference.Firmware, vm.FirmwareDigest);
            DemandDisks(reference);
        }

        public List<Finding> Problems { get; } = [];

        private void DemandDisks(VmReference reference)
        {
            for (var i = 0; i < _image.Start.Disks.Count; i++)
            {
                DemandDisk(reference, _image.Start.Disks[i].Name, _image.Start.Disks[i].Digest);
            }

            foreach (var resource in _image.Attached)
            {
                if (resource.Kind == "disk")
                {
                    DemandDisk(reference, resource.Name, resource.Digest);
                }
            }

            for (var i = 0; i < reference.Disks.Count; i++)
            {
                if (!Has(reference.Disks[i].Name))
                {
                    Refuse(FindingCode.VmImageMissing, $"the disk {reference.Disks[i].Name}", reference.Disks[i].Digest?.ToString(), null);
                }
            }
        }

        private void DemandDisk(VmReference reference, string name, MeasuredDigest? digest)
        {
            for (var i = 0; i < reference.Disks.Count; i++)
            {
                if (reference.Disks[i].Name == name)
                {
                    // A reference without a digest is for a disk of data, with whatever is on it.
                    if (reference.Disks[i].Digest is { } wanted && wanted != digest)
                    {
                        Refuse(digest is null ? FindingCode.VmImageMissing : FindingCode.VmImageUnknown, $"a disk {TextRules.Escape(name)}", wanted.ToString(), digest?.ToString());
                    }

                    return;
                }
            }

            Refuse(FindingCode.VmImageUnknown, $"a disk {TextRules.Escape(name)}", null, digest?.ToString() ?? "not measured");
        }

        private bool Has(string disk)
        {
            for (var i = 0; i < _image.Start.Disks.Count; i++)
            {
                if (_image.Start.Disks[i].Name == disk)
                {
                    return true;
                }
            }

            return _image.Attached.Any(resource => resource.Kind == "disk" && resource.Name == disk);
        }

        private void Demand(string what, MeasuredDigest? expected, MeasuredDigest? found)
        {
            if (expected != found)
            {
                Refuse(found is null ? FindingCode.VmImageMissing : FindingCode.VmImageUnknown, what, expected?.ToString(), found?.ToString());
            }
        }

        private void Refuse(FindingCode code, string what, string? expected, string? found) =>
            Problems.Add(new(code, _image.Subject, _image.Record, expected, found, what));
    }
}
