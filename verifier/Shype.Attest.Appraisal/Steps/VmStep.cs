using Shype.Attest.Appraisal.References;
using Shype.Attest.Appraisal.Story;
using Shype.Attest.Isolation;
using Shype.Attest.Isolation.Acm;
using Shype.Attest.Measurement.Records;

namespace Shype.Attest.Appraisal.Steps;

/// <summary>Is a running VM, with everything that it started from, one of the references, and does the policy know its label (threat rows V01, V06, V18)?</summary>
internal static class VmStep
{
    public static VmAppraisal Check(RunningImage image, AcmPolicy? policy, ReferenceSet references)
    {
        List<Finding> findings = [];
        if (policy is not null && policy.StandingOf(image.Vm) != LabelStanding.Known)
        {
            findings.Add(new(FindingCode.VmLabelUnknown, image.Subject, image.Record, Found: image.Vm.Label ?? "none"));
        }

        var alternatives = references.FindVm(image.Start.Uuid, image.Start.Name);
        findings.AddRange(HypervisorStep.Best(alternatives.Select(reference => new Comparison(image, reference).Problems))
            ?? [new(FindingCode.VmNotReferenced, image.Subject, image.Record)]);
        if (image.Start.Mutable && !alternatives.Any(reference => reference.MayBeMutable))
        {
            findings.Add(new(FindingCode.VmImageMutable, image.Subject, image.Record, Detail: "an image"));
        }

        return new()
        {
            Uuid = image.Start.Uuid,
            Name = image.Start.Name,
            Label = image.Start.Label,
            Record = image.Record,
            Findings = Finding.InOrder(findings),
        };
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
            var held = _image.Start.Disks.Select(disk => (disk.Name, disk.Digest))
                .Concat(_image.Attached.Where(resource => resource.Kind == "disk").Select(disk => (disk.Name, disk.Digest)));
            var missing = reference.Disks.ToDictionary(disk => disk.Name, StringComparer.Ordinal);
            foreach (var (name, digest) in held)
            {
                if (!missing.Remove(name, out var wanted))
                {
                    Refuse(FindingCode.VmImageUnknown, $"a disk {TextRules.Escape(name)}", null, digest?.ToString() ?? "not measured");
                }
                else if (wanted.Digest is not null)
                {
                    Demand($"a disk {TextRules.Escape(name)}", wanted.Digest, digest);
                }
            }

            foreach (var disk in missing.Values)
            {
                Refuse(FindingCode.VmImageMissing, $"the disk {disk.Name}", disk.Digest?.ToString(), null);
            }
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
